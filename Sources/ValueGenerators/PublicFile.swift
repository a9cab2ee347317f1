import Foundation
import SecretMemory

/// What a key pair's generator remembers of its public half's file.
struct PublicFileState: Codable {
    var new: String
    /// nil where there was no file.
    var old: String?

    init(new: String, old: String?) {
        self.new = new
        self.old = old
    }

    init?(_ bytes: LockedBytes) {
        guard let state = bytes.withBytes({ try? JSONDecoder().decode(Self.self, from: Data($0)) }) else { return nil }
        self = state
    }

    func packed() throws -> LockedBytes {
        try JSONEncoder().encode(self).withUnsafeBytes { try LockedBytes(copying: $0) }
    }
}

/// The file that a public key is written to: replaced as a whole, or not at all.
enum PublicFile {
    static func read(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }

    /// - Parameter text: nil to remove the file.
    static func write(_ text: String?, to path: String) throws {
        guard let text else {
            try? FileManager.default.removeItem(atPath: path)
            return
        }
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    }

    /// Whether a path leads to what must not be replaced, by whatever name.
    static func isProtected(_ path: String, _ protected: [String]) -> Bool {
        let target = Confinement.resolved(path)
        return protected.map(Confinement.resolved).contains { target == $0 || target.hasPrefix($0 + "/") }
    }
}

extension LockedBytes {
    /// Copies a text; its own memory is not wiped.
    convenience init(copyingText text: String) throws {
        let bytes = Array(text.utf8)
        try self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }
}
