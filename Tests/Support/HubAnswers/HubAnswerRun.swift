import AIHubClient
import RotationCore
import SecretMemory

/// Sends requests of the real client to a hub that answers whatever a seed says.
///
/// What is looked for is the end of the process; where it does not come, each request ends as a success or as one of our
/// errors, within the time-out, and nothing that was sent is kept of the answer.
package struct HubAnswerRun: Sendable {
    static let value = "value-to-be-sent"
    static let token = "token-of-the-hub"

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
            try folder.write(Self.token + "\n", to: "token")
            let token = TokenFile(path: folder.file("token"))
            return try await play(numbers, token)
        }
    }

    private static let timeout = Duration.seconds(1)

    private func play(_ numbers: Range<Int>, _ token: TokenFile) async throws -> [String: Int] {
        try await withThrowingTaskGroup(of: [String: Int].self) { group in
            for worker in 0..<workers {
                group.addTask {
                    let hub = AnsweringHub()
                    return try await hub.serve(on: "127.0.0.\(worker + 1)") { address in
                        // Its connections are closed with its last reference.
                        let client = try Self.client("http://\(address)/api", token)
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
        guard let alias = SecretAlias("db"), let value = try? makeValue() else {
            throw NeverHappened(description: "a value")
        }
        do {
            let receipt: Receipt? =
                switch number / 3 % 3 {
                case 0: try await list(client)
                case 1: try await client.update(SecretUpdate(alias: alias, value: value))
                default: try await client.create(SecretCreation(alias: alias, value: value, access: .all))
                }
            try check(receipt?.requestID, number)
            return "success"
        } catch let error as HubError {
            try check(error.requestID, number)
            return error.kind.rawValue
        }
    }

    private static func list(_ client: SecretsClient) async throws -> Receipt? {
        _ = try await client.list(alias: nil, workspace: nil)
        return nil
    }

    /// A list's request sends the token alone.
    private static func check(_ kept: String?, _ number: Int) throws {
        guard let kept, kept.contains("toke") || kept.contains("-the-") || number / 3 % 3 != 0 && kept.contains("sent")
        else { return }
        throw NeverHappened(description: "nothing of what was sent is kept of answer \(number)")
    }

    private static func makeValue() throws -> SecretValue {
        try Array(value.utf8).withUnsafeBytes { try SecretValue(LockedBytes(copying: $0)) }
    }

    private static func client(_ root: String, _ token: TokenFile) throws -> SecretsClient {
        guard let rate = RequestRate("100000/s") else { throw NeverHappened(description: "a rate") }
        let configuration = SecretsClient.Configuration(
            endpoint: try HubEndpoint(root),
            context: nil,
            timeout: timeout,
            certificateAuthorities: nil,
            maxInFlight: 2,
            rate: rate
        )
        return SecretsClient(configuration: configuration, token: token, version: "0")
    }
}
