import Crypto
import Foundation
import RotationCore
import SecretMemory

/// The state of a key pair's generator: the old and new content of the public key's file.
struct PublicFileState: Codable, Sendable {
    /// The public key in PEM.
    var new: String
    /// The previous content of the file; nil if there was none.
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

/// The file with the public key of a secret's key pair.
package struct PublicFile: Sendable {
    private let path: String
    private let host: FileHost
    private let content: PublicFileContent

    package init(_ path: String, _ host: FileHost, hub: String, alias: String) {
        (self.path, self.host) = (path, host)
        content = PublicFileContent(hub: hub, alias: alias)
    }

    /// Why the file can't be written at present; nil if it can.
    package var problem: String? {
        do throws(PublicFolder.Failure) {
            _ = try replaceable()
            return nil
        } catch {
            return error.description
        }
    }

    /// The file's content, if this generator has written it; nil if there is no file.
    ///
    /// - Throws: ``PublicFolder/Failure`` for a file of another origin, and for a folder that is not allowed.
    func replaceable() throws(PublicFolder.Failure) -> String? {
        guard let text = try PublicFolder(of: path, host).read() else { return nil }
        guard content.isOurs(text) else { throw .foreign(path: path) }
        return text
    }

    /// Writes the new key, if the file does not exist or was written by this generator.
    func install(_ state: PublicFileState, rotation: String) throws(PublicFolder.Failure) {
        let folder = try PublicFolder(of: path, host)
        let text = try folder.read()
        if let text, isNew(text, state) { return }
        if let text, !content.isOurs(text) { throw .foreign(path: path) }
        try folder.write(content.text(of: state.new), isNew: text == nil, rotation: rotation)
    }

    /// Restores the previous content, unless the file holds another key than this rotation's.
    func withdraw(_ state: PublicFileState, rotation: String) throws(PublicFolder.Failure) {
        do throws(PublicFolder.Failure) {
            let folder = try PublicFolder(of: path, host)
            guard let text = try folder.read(), isNew(text, state) else { return }
            guard let old = state.old else { return try folder.remove() }
            try folder.write(old, isNew: false, rotation: rotation)
        } catch {
            switch error {
            // This rotation has written nothing there, because install refuses such a file, too.
            case .link, .notAFile, .protected, .foreign: return
            case .notBelow: guard try isInstalled(state) else { return }
            case .system: break
            }
            throw error
        }
    }

    /// Whether a file in a folder that is no longer allowed holds the new key.
    private func isInstalled(_ state: PublicFileState) throws(PublicFolder.Failure) -> Bool {
        let anywhere = FileHost(folders: [], publicFolders: ["/"], protected: [])
        guard let text = try PublicFolder(of: path, anywhere).read() else { return false }
        return isNew(text, state)
    }

    /// Whether a text is the new key, in the present format or that of an earlier version.
    private func isNew(_ text: String, _ state: PublicFileState) -> Bool {
        text.utf8.elementsEqual(content.text(of: state.new).utf8) || text.utf8.elementsEqual(state.new.utf8)
    }
}

/// The content of a public key's file: a line that names the secret and the digest of the rest, and the key in PEM.
///
/// PEM allows text before the key (RFC 7468, section 2). By that line the generator recognises files that it may
/// replace: unchanged files that it has written for the same secret.
struct PublicFileContent: Sendable {
    let hub: String
    let alias: String

    /// The whole content.
    func text(of key: String) -> String {
        let body = key.hasSuffix("\n") ? key : key + "\n"
        return "\(mark(of: body))\n\(body)"
    }

    /// Whether a content was written for this secret and is unchanged.
    func isOurs(_ content: String) -> Bool {
        guard let end = content.utf8.firstIndex(of: UInt8(ascii: "\n")) else { return false }
        let body = String(content[content.utf8.index(after: end)...])
        return content[..<end].utf8.elementsEqual(mark(of: body).utf8)
    }

    private func mark(of body: String) -> String {
        let digest = SHA256.hash(data: Data(body.utf8)).hexadecimal
        return "# made by secret-rotator for \(hub)/\(alias), which replaces it; SHA-256 of what follows: \(digest)"
    }
}

extension LockedBytes {
    /// Copies a text; its own memory is not wiped.
    convenience init(copyingText text: String) throws {
        let bytes = Array(text.utf8)
        try self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }
}
