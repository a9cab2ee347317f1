import Crypto
import Foundation
package import SecretMemory

/// The key that seals candidates, and from which the fingerprints' key is derived.
package struct StagingKey: Sendable {
    private let sealing: SymmetricKey
    private let fingerprinting: SymmetricKey
    /// Keys that were in use before: they unseal, but seal nothing any more.
    private var older: [StagingKey] = []

    /// Why a file is no staging key.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        package var description: String { "not a key made by: secret-rotator keygen staging" }
    }

    /// What stands before the key in its file.
    private static let label = "secret-rotator-staging-key-1:"
    private static let size = 32

    /// Reads the content of a key file.
    package init(_ file: LockedBytes) throws {
        let key = try file.withBytes { bytes -> SymmetricKey in
            let prefix = Array(Self.label.utf8)
            guard bytes.starts(with: prefix) else { throw Invalid() }
            var text = Data(bytes.dropFirst(prefix.count).filter { $0 != 0x0A })
            guard var raw = Data(base64Encoded: text), raw.count == Self.size else { throw Invalid() }
            defer {
                text.resetBytes(in: 0..<text.count)
                raw.resetBytes(in: 0..<raw.count)
            }
            return SymmetricKey(data: raw)
        }
        // Two purposes, two keys (NIST SP 800-57, 5.2): derived with HKDF (RFC 5869), as neither may stand for both.
        sealing = Self.derive(key, "secret-rotator candidate sealing 1")
        fingerprinting = Self.derive(key, "secret-rotator value fingerprint 1")
    }

    /// The key, with keys that were in use before it.
    package func with(older keys: [StagingKey]) -> StagingKey {
        var key = self
        key.older = keys
        return key
    }

    private static func derive(_ key: SymmetricKey, _ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data(purpose.utf8), outputByteCount: size)
    }

    /// Makes the content of a new key file.
    package static func makeFileText() -> String {
        let key = SymmetricKey(size: .bits256)
        return label + key.withUnsafeBytes { Data($0).base64EncodedString() } + "\n"
    }

    /// The keyed fingerprint of a value: tells whether two values are the same to who holds the key, and nothing to
    /// anybody else.
    func fingerprint(of value: SecretValue) -> [UInt8] {
        value.withUTF8 { Array(HMAC<SHA256>.authenticationCode(for: $0, using: fingerprinting)) }
    }

    /// The fingerprints of a value by this key and the older ones.
    func fingerprints(of value: SecretValue) -> [[UInt8]] {
        [fingerprint(of: value)] + older.map { $0.fingerprint(of: value) }
    }

    /// Seals bytes with AES-256-GCM.
    func seal(_ bytes: UnsafeRawBufferPointer, for context: Data) throws -> [UInt8] {
        let box = try AES.GCM.seal(bytes, using: sealing, authenticating: context)
        guard let combined = box.combined else { throw Invalid() }
        return Array(combined)
    }

    /// Unseals what ``seal(_:for:)`` made; nil where the key or the context is another one, or the bytes were changed.
    func unseal(_ sealed: [UInt8], for context: Data) throws -> LockedBytes? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            var plain = try? AES.GCM.open(box, using: sealing, authenticating: context)
        else {
            for key in older {
                if let bytes = try key.unseal(sealed, for: context) { return bytes }
            }
            return nil
        }
        defer { plain.resetBytes(in: 0..<plain.count) }
        return try plain.withUnsafeBytes { try LockedBytes(copying: $0) }
    }
}
