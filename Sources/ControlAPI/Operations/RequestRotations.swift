package import RotationCore
package import Scheduling

/// Requests rotations, all or none.
package struct RequestRotations: ControlOperation {
    /// The requests, one for each secret.
    package typealias Answer = [Accepted]
    package static let path = "rotations/request"
    package static let right = Right.operate
    package static let sizeLimit = RequestSize.names

    /// The selected secrets.
    package enum Selection: Codable, Hashable, Sendable {
        /// The named secrets, paused or not.
        case secrets([SecretName])
        /// All secrets that are not paused.
        case all
        /// All secrets that are overdue, by ``RotationCore/Schedule/overdueSince(now:)``, and not paused.
        case overdue
    }

    /// An accepted request.
    package struct Accepted: Codable, Hashable, Sendable {
        package var id: RotationID
        package var secret: SecretName
        /// The open rotation that it joined.
        package var joined: RotationID?
        /// Until when its rotation is held, because an earlier value may still arrive at the hub.
        package var heldUntil: Instant?

        package init(id: RotationID, secret: SecretName, joined: RotationID?, heldUntil: Instant?) {
            (self.id, self.secret) = (id, secret)
            (self.joined, self.heldUntil) = (joined, heldUntil)
        }
    }

    package var selection: Selection
    package var reason: String?
    package var ticket: String?
    package var fresh: Bool
    /// The reason for overriding the hold of an earlier rotation.
    package var despiteHold: String?

    package init(
        _ selection: Selection,
        reason: String? = nil,
        ticket: String? = nil,
        fresh: Bool = false,
        despiteHold: String? = nil
    ) {
        self.despiteHold = despiteHold
        self.selection = selection
        self.reason = reason
        self.ticket = ticket
        self.fresh = fresh
    }
}
