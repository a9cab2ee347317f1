import ControlAPI
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RotationCore
import RotationStore

extension ControlServer {
    /// How often the database is looked at while somebody waits.
    private static let interval = Duration.milliseconds(100)

    /// Streams a line for each change of a request, until all are over or the caller leaves.
    func addWatching(to router: Router<ControlContext>) {
        let endpoint = Endpoint(WatchRequests.path, .operate, sizeLimit: WatchRequests.sizeLimit)
        route(endpoint, to: router) { body, _ in
            let watch = try OperationMessage.decode(WatchRequests.self, body, generators: environment.generators)
                .operation
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
