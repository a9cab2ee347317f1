import RotationCore

/// The requests that a caller follows: `POST /v1/rotations/watch`.
package struct WatchRequests: Codable, Sendable {
    package static let path = "rotations/watch"
    package static let sizeLimit = RequestSize.names
    package var requests: [RequestRotations.Accepted]

    /// The requests, each once.
    ///
    /// - Throws: ``ControlFailure`` if there are too many.
    package func distinct() throws(ControlFailure) -> [RequestRotations.Accepted] {
        var seen: Set<RotationID> = []
        let distinct = requests.filter { seen.insert($0.id).inserted }
        guard distinct.count <= RequestLimits.watched else {
            throw ControlFailure(
                status: .usage,
                message: "\(distinct.count) requests are too many to follow at once: at most \(RequestLimits.watched)"
            )
        }
        return distinct
    }
}
