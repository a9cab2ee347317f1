package import SecretMemory
import Synchronization

/// Where a hub's token comes from; always a file, which somebody else renews.
package final class TokenFile: Sendable {
    /// The file.
    package let path: String
    /// The most bytes a token file may have.
    package static let limit = 64 * 1024
    private let token: Mutex<AccessToken?>
    /// Held while the file is read: what was read last is in force, not what was read longest.
    private let reading = Mutex(())
    private let changes = Mutex(0)

    /// Names a file; nothing is read yet.
    package init(path: String) {
        self.path = path
        token = Mutex(nil)
    }

    /// The token as it was last read; reads it the first time.
    ///
    /// - Throws: `SecretFile.Failure` or `AccessToken.Invalid`.
    package func current() throws -> AccessToken {
        if let token = token.withLock({ $0 }) { return token }
        _ = try reload()
        return try token.withLock { try $0 ?? { throw AccessToken.Invalid.empty }() }
    }

    /// Reads the file again; an unreadable file leaves the old token in force.
    ///
    /// - Returns: Whether the token is another one than before.
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

    /// How often another token was read, by whomever.
    package var version: Int { changes.withLock { $0 } }
}
