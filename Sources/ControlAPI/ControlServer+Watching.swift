import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RotationStore

/// The requests that a caller wants to follow: `POST /v1/rotations/watch`.
struct WatchRequests: Codable, Sendable {
    static let path = "rotations/watch"
    static let sizeLimit = RequestSize.names
    var requests: [RequestRotations.Taken]
}

extension ControlServer {
    /// How often the database is looked at while somebody waits.
    private static let interval = Duration.milliseconds(100)

    /// Streams a line for each change of a request, until all are over or the caller leaves.
    func addWatching(to router: Router<ControlContext>) {
        let endpoint = Endpoint(WatchRequests.path, .operate, sizeLimit: WatchRequests.sizeLimit)
        route(endpoint, to: router) { body, _ in
            let watch = try OperationMessage.decode(WatchRequests.self, body).operation
            return Response(
                status: .ok,
                headers: [.contentType: "application/jsonl"],
                body: ResponseBody { writer in
                    activity.beginWatching()
                    defer { activity.endWatching() }
                    try await stream(watch.requests, to: &writer)
                    try await writer.finish(nil)
                }
            )
        }
    }

    @concurrent private func stream(_ requests: [RequestRotations.Taken], to writer: inout any ResponseBodyWriter)
        async throws
    {
        var told: [RequestProgress] = []
        while true {
            let progress = try await environment.queue.withLedger { ledger in
                try requests.map { try RequestProgress(of: $0, in: ledger.history) }
            }
            for line in progress where !told.contains(line) {
                try await writer.write(ByteBuffer(bytes: try JSONEncoder().encode(line) + [UInt8(ascii: "\n")]))
            }
            told = progress
            if progress.allSatisfy(\.isOver) { return }
            try await Task.sleep(for: Self.interval)
        }
    }
}
