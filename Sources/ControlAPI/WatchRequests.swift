import RotationCore

/// The requests that a caller wants to follow: `POST /v1/rotations/watch`.
package struct WatchRequests: Codable, Sendable {
    package static let path = "rotations/watch"
    package static let sizeLimit = RequestSize.names
    package var requests: [RequestRotations.Taken]

    /// The requests, each once.
    ///
    /// - Throws: ``ControlFailure`` where there are too many.
    package func distinct() throws(ControlFailure) -> [RequestRotations.Taken] {
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
