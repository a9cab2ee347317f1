import ArgumentParser
import AuditLog
import RotationDaemon
import RotationEngine
import RotationStore
import Scheduling

/// Follows requests until their rotations are closed.
struct RequestWatch {
    private let requests: [Ledger.TakenRequest]
    private let isJSON: Bool
    /// How often the database is looked at.
    private static let interval = Duration.milliseconds(100)

    init(_ requests: [Ledger.TakenRequest], isJSON: Bool) {
        self.requests = requests
        self.isJSON = isJSON
    }

    /// Waits, with progress on standard error, and writes each result to standard output.
    ///
    /// - Throws: `ExitCode` 1 where a rotation did not succeed; ``CommandFailure`` 75 when the time has passed.
    func wait(_ configuration: Configuration, timeout: Duration) async throws {
        let history = try Database.read(configuration)
        defer { history.close() }
        let deadline = ContinuousClock.now + timeout
        var waiting = requests
        var told: [RotationID: String] = [:]
        var allSucceeded = true
        while true {
            var left: [Ledger.TakenRequest] = []
            for item in waiting {
                let stored = try history.rotation(serving: item.request.id)
                tell(item, stored, &told)
                if let stored, stored.closedAt != nil {
                    allSucceeded = allSucceeded && stored.storedOutcome == "succeeded"
                    writeResult(item, stored)
                } else if try stored == nil && !history.hasRequest(item.request.id) {
                    throw CommandFailure(status: .failed, message: "\(item.request.secret): its schedule was removed")
                } else {
                    left.append(item)
                }
            }
            waiting = left
            if waiting.isEmpty { break }
            guard ContinuousClock.now < deadline else { throw timedOut(waiting) }
            try await Task.sleep(for: Self.interval)
        }
        if !allSucceeded { throw ExitCode.failure }
    }

    private func timedOut(_ waiting: [Ledger.TakenRequest]) -> CommandFailure {
        let names = waiting.map { "\($0.request.secret)" }.joined(separator: ", ")
        return CommandFailure(
            status: .timedOut,
            message: "still waiting for \(names); the requests stay: see secret-rotator rotation list --open"
        )
    }

    /// Says what is new about a request.
    private func tell(_ item: Ledger.TakenRequest, _ stored: StoredRotation?, _ told: inout [RotationID: String]) {
        let news: String
        if let stored {
            let state = stored.rotation.state
            let attempt = state.tally.attempts > 0 ? ", attempt \(state.tally.attempts)" : ""
            let wait = stored.endedAt == nil ? state.wakeAt.map { ", next try \($0.short)" } ?? "" : ""
            news = stored.outcome + attempt + wait
        } else {
            news = "queued"
        }
        guard told[item.request.id] != news, stored?.closedAt == nil else { return }
        told[item.request.id] = news
        standardError("\(item.request.secret): \(news)\n")
    }

    private func writeResult(_ item: Ledger.TakenRequest, _ stored: StoredRotation) {
        if isJSON {
            print(stored.json.canonicalText)
        } else {
            let outcome = stored.storedOutcome ?? "ended"
            let error = stored.error.map { ": \($0)" } ?? ""
            let attempts = stored.rotation.state.tally.attempts
            print(
                "\(item.request.secret): \(outcome)\(error) after \(attempts) \(attempts == 1 ? "attempt" : "attempts"), "
                    + "rotation \(stored.rotation.id)"
            )
        }
        flushOutput()
    }
}
