package import Foundation

/// A folder that exists while a test runs.
package struct TemporaryFolder: Sendable {
    /// Its path, without a slash at the end.
    package let path: String

    /// Runs a closure with a new folder, and removes the folder afterwards.
    package static func with<T>(_ body: (TemporaryFolder) async throws -> T) async throws -> T {
        let url = FileManager.default.temporaryDirectory.appending(path: "sr-\(UUID().uuidString.prefix(8))")
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true, attributes: attributes)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(TemporaryFolder(path: url.path()))
    }

    /// The path of a file in it.
    package func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Removes a file, or a folder with all that is in it.
    package func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: file(name))
    }

    /// Writes a file that only its owner may read.
    package func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: file(name)))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file(name))
    }

    /// A file's text.
    package func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: file(name))), as: UTF8.self)
    }

    /// All regular files in it, by name.
    package func contents() throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        let pairs = names.compactMap { name in
            (try? Data(contentsOf: URL(filePath: file(name)))).map { (name, $0) }
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
