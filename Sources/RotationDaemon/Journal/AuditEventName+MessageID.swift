import Crypto
import Foundation
package import RotationCore

/// The journal's name for a kind of event.
extension AuditEventName {
    /// The 128-bit ID of the event in the journal (`MESSAGE_ID=`, journalctl(1)), as 32 hexadecimal digits.
    ///
    /// It is made from the event's name, and so never changes: a UUID of version 8 (RFC 9562) with the first bits of SHA-256.
    package var messageID: String { Self.messageIDs[self] ?? makeMessageID() }

    private static let messageIDs = Dictionary(
        uniqueKeysWithValues: AuditEventName.allCases.map { ($0, $0.makeMessageID()) }
    )

    private func makeMessageID() -> String {
        var bytes = Array(SHA256.hash(data: Data("secret-rotator event \(rawValue)".utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes.hexadecimal
    }
}
