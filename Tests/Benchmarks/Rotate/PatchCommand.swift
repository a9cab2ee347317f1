import ArgumentParser
import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1

/// The bare HTTP client, as a contender in a process of its own.
struct PatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patch",
        abstract: "Send requests to a hub, and print the seconds, the CPU seconds and the peak KiB that they took.",
        shouldDisplay: false
    )

    @Option(help: "The hub's port on 127.0.0.1.") var port: Int
    @Option(help: "How many requests.") var count: Int
    @Option(help: "Requests under way at once.") var inFlight = 64
    @Flag(help: "Create the secrets instead of updating them.") var create = false

    func run() async throws {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = inFlight
        try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            let start = ContinuousClock.now
            let cpu = try ProcessUsage.cpuSeconds(pid: getpid())
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Worker w sends the requests w, w + inFlight, …: nothing is shared between workers.
                for worker in 0..<inFlight {
                    group.addTask {
                        for number in stride(from: worker + 1, through: count, by: inFlight) {
                            try await send(number, client)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let took = ContinuousClock.now - start
            let used = try ProcessUsage.cpuSeconds(pid: getpid()) - cpu
            print(took.seconds, used, try ProcessUsage(pid: getpid()).peakKiB)
        }
    }

    private func send(_ number: Int, _ client: HTTPClient) async throws {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v2/aihub/secrets")
        request.method = create ? .POST : .PATCH
        request.headers.add(name: "Authorization", value: "Bearer sandbox-token")
        request.headers.add(name: "Content-Type", value: "application/json")
        let workspaces = create ? #","allowed_workspaces_type":"ALL""# : ""
        let body = #"{"alias":"secret_\#(number)","value":"0123456789abcdef0123456789abcdef"\#(workspaces)}"#
        request.body = .bytes(ByteBuffer(string: body))
        let answer = try await client.execute(request, timeout: .seconds(30))
        _ = try await answer.body.collect(upTo: 65_536)
        guard answer.status == .ok else { throw ValidationError("request \(number) was answered \(answer.status)") }
    }
}
