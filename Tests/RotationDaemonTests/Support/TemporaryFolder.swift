import Foundation
import Glibc

/// A folder of its own for one test; gone after it.
struct TemporaryFolder {
    let path: String

    /// Runs a closure with a new folder.
    static func with<T>(_ body: (TemporaryFolder) async throws -> T) async throws -> T {
        let folder = try TemporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        return try await body(folder)
    }

    private init() throws {
        let parent = FileManager.default.temporaryDirectory.path
        var template = Array("\(parent)/daemon-tests.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Where a file of the folder is.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file that its owner alone may read.
    func write(_ text: String, to name: String) throws {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        let isWritten = FileManager.default.createFile(
            atPath: file(name),
            contents: Data(text.utf8),
            attributes: attributes
        )
        guard isWritten else { throw POSIXError(.EIO) }
    }
}
