package import SecretMemory
import Synchronization

/// The file of a hub's token, which another tool may renew.
package final class TokenFile: Sendable {
    /// The path of the file.
    package let path: String
    /// The largest token file in bytes.
    package static let limit = 64 * 1024
    private let token: Mutex<AccessToken?>
    /// Held while the file is read, so that the newest content is in force.
    private let reading = Mutex(())
    private let changes = Mutex(0)

    /// Creates a token from a path; the file is not read yet.
    package init(path: String) {
        self.path = path
        token = Mutex(nil)
    }

    /// The token in force; the first call reads it.
    ///
    /// - Throws: `SecretFile.Failure` or `AccessToken.Invalid`.
    package func current() throws -> AccessToken {
        if let token = token.withLock({ $0 }) { return token }
        _ = try reload()
        return try token.withLock { try $0 ?? { throw AccessToken.Invalid.empty }() }
    }

    /// Reads the file again; an unreadable file leaves the old token in force.
    ///
    /// - Returns: Whether the token has changed.
    package func reload() throws -> Bool {
        try reading.withLock { _ in
            let fresh = try AccessToken(SecretFile.read(path, limit: Self.limit))
            let isNew = token.withLock { token in
                defer { token = fresh }
                return token.map { !$0.isSame(as: fresh) } ?? true
            }
            if isNew { changes.withLock { $0 += 1 } }
            return isNew
        }
    }

    /// How often the token has changed.
    package var version: Int { changes.withLock { $0 } }
}
