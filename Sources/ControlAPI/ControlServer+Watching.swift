import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RotationCore
import RotationStore

/// The requests that a caller wants to follow: `POST /v1/rotations/watch`.
struct WatchRequests: Codable, Sendable {
    static let path = "rotations/watch"
    static let sizeLimit = RequestSize.names
    var requests: [RequestRotations.Taken]

    /// The requests, each once.
    ///
    /// - Throws: ``ControlFailure`` where there are too many.
    func distinct() throws(ControlFailure) -> [RequestRotations.Taken] {
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

extension ControlServer {
    /// How often the database is looked at while somebody waits.
    private static let interval = Duration.milliseconds(100)

    /// Streams a line for each change of a request, until all are over or the caller leaves.
    func addWatching(to router: Router<ControlContext>) {
        let endpoint = Endpoint(WatchRequests.path, .operate, sizeLimit: WatchRequests.sizeLimit)
        route(endpoint, to: router) { body, _ in
            let watch = try OperationMessage.decode(WatchRequests.self, body).operation
            let requests = try watch.distinct()
            return Response(
                status: .ok,
                headers: [.contentType: "application/jsonl"],
                body: ResponseBody { writer in
                    activity.beginWatching()
                    defer { activity.endWatching() }
                    try await stream(requests, to: &writer)
                    try await writer.finish(nil)
                }
            )
        }
    }

    @concurrent private func stream(_ requests: [RequestRotations.Taken], to writer: inout any ResponseBodyWriter)
        async throws
    {
        var told: [RotationID: RequestProgress] = [:]
        while true {
            let progress = try await environment.queue.withLedger { ledger in
                try requests.map { try RequestProgress(of: $0, in: ledger.history) }
            }
            for line in progress where told[line.request] != line {
                told[line.request] = line
                try await writer.write(ByteBuffer(bytes: try JSONEncoder().encode(line) + [UInt8(ascii: "\n")]))
            }
            if progress.allSatisfy(\.isOver) { return }
            try await Task.sleep(for: Self.interval)
        }
    }
}
