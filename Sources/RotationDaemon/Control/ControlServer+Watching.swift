import ControlAPI
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RotationCore
import RotationStore

extension ControlServer {
    /// The shortest time between two reports; of the changes in between, only the newest is sent.
    private static let pace = Duration.milliseconds(100)
    /// How many requests are read in one call of the history's queue.
    private static let slice = 200

    /// Adds the route that streams a line for each change of a request, until all are over or the caller disconnects.
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

    @concurrent private func stream(_ requests: [RequestRotations.Accepted], to writer: inout any ResponseBodyWriter)
        async throws
    {
        var (follower, position) = try await snapshot(of: requests)
        while true {
            let news = follower.takeUpdates()
            if !news.isEmpty { try await writer.write(Self.lines(news)) }
            if follower.isOver { return }
            switch await environment.queue.stream.next(after: position) {
            case .commits(let commits):
                for commit in commits { follower.take(commit) }
                position = commits.last?.number ?? position
            case .readAgain: (follower, position) = try await snapshot(of: requests)
            case .ended: return
            }
            try await Task.sleep(for: Self.pace)
        }
    }

    /// The progress of requests, and the position in the stream from which commits continue it.
    private func snapshot(of requests: [RequestRotations.Accepted]) async throws -> (RequestFollower, Int64) {
        let queue = environment.queue
        var follower = RequestFollower()
        let start = queue.stream.position
        for first in stride(from: 0, to: requests.count, by: Self.slice) {
            let part = requests[first..<min(first + Self.slice, requests.count)]
            let (progress, position) = try await queue.withLedger { ledger in
                (try part.map { try RequestProgress(of: $0, in: ledger.history) }, ledger.stream.position)
            }
            follower.add(progress, at: position)
        }
        return (follower, start)
    }

    private static func lines(_ progress: [RequestProgress]) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        var buffer = ByteBuffer()
        for line in progress {
            buffer.writeBytes(try encoder.encode(line))
            buffer.writeInteger(UInt8(ascii: "\n"))
        }
        return buffer
    }
}
