import AIHubClient
import AsyncHTTPClient
import SecretMemory

/// Sends requests of the real client to a hub that answers whatever a seed says.
///
/// What is looked for is the end of the process; where it does not come, each request ends as a success or as one of our
/// errors, within the time-out.
package struct HubAnswerRun: Sendable {
    private let seed: UInt64
    private let workers: Int
    private let onStart: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - seed: Decides about all answers, together with their numbers.
    ///   - workers: How many requests are under way at once.
    ///   - onStart: Called with an answer's number before its request is sent.
    package init(seed: UInt64, workers: Int, onStart: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.seed = seed
        self.workers = workers
        self.onStart = onStart
    }

    /// Plays the answers with these numbers.
    ///
    /// - Returns: How many requests ended in each way: `success`, or the class of the error.
    package func play(_ numbers: Range<Int>) async throws -> [String: Int] {
        try await TemporaryFolder.with { folder in
            try folder.write("token-of-the-hub\n", to: "token")
            let token = TokenFile(path: folder.file("token"))
            let http = SecretsClient.makeHTTPClient(certificateAuthorities: nil, timeout: Self.timeout)
            let result: Result<[String: Int], any Error>
            do {
                result = .success(try await play(numbers, token, http))
            } catch {
                result = .failure(error)
            }
            try await http.shutdown()
            return try result.get()
        }
    }

    private static let timeout = Duration.seconds(1)

    private func play(_ numbers: Range<Int>, _ token: TokenFile, _ http: HTTPClient) async throws -> [String: Int] {
        try await withThrowingTaskGroup(of: [String: Int].self) { group in
            for worker in 0..<workers {
                group.addTask {
                    let hub = AnsweringHub()
                    return try await hub.serve(on: "127.0.0.\(worker + 1)") { address in
                        let client = try Self.client("http://\(address)/api", token, http)
                        let own = numbers.filter { $0 % workers == worker }
                        return try await play(own, client, hub)
                    }
                }
            }
            return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
    }

    private func play(_ numbers: [Int], _ client: SecretsClient, _ hub: AnsweringHub) async throws -> [String: Int] {
        var outcomes: [String: Int] = [:]
        for number in numbers {
            hub.set(HubAnswer(number: number, seed: seed))
            onStart(number)
            outcomes[try await Self.outcome(of: number, client), default: 0] += 1
        }
        return outcomes
    }

    /// How a request ends; which one it is depends on the number.
    private static func outcome(of number: Int, _ client: SecretsClient) async throws -> String {
        guard let alias = SecretAlias("db"), let value = try? value() else {
            throw NeverHappened(description: "a value")
        }
        do {
            switch number / 3 % 3 {
            case 0: _ = try await client.list(alias: nil, workspace: nil)
            case 1: _ = try await client.update(SecretUpdate(alias: alias, value: value)) {}
            default: _ = try await client.create(SecretCreation(alias: alias, value: value, access: .all))
            }
            return "success"
        } catch let error as HubError {
            return error.kind.rawValue
        }
    }

    private static func value() throws -> SecretValue {
        try Array("value-to-be-sent".utf8).withUnsafeBytes { try SecretValue(LockedBytes(copying: $0)) }
    }

    private static func client(_ root: String, _ token: TokenFile, _ http: HTTPClient) throws -> SecretsClient {
        guard let rate = RequestRate("100000/s") else { throw NeverHappened(description: "a rate") }
        let configuration = SecretsClient.Configuration(
            endpoint: try HubEndpoint(root),
            context: nil,
            timeout: timeout,
            certificateAuthorities: nil,
            maxInFlight: 2,
            rate: rate
        )
        return SecretsClient(configuration: configuration, token: token, http: http, version: "0")
    }
}
