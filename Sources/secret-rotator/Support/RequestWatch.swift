import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import Scheduling

/// Follows requests until their rotations have closed: progress goes to standard error, results to standard output.
struct RequestWatch {
    private let requests: [RequestRotations.Accepted]
    private let isJSON: Bool

    init(_ requests: [RequestRotations.Accepted], isJSON: Bool) {
        self.requests = requests
        self.isJSON = isJSON
    }

    /// Waits for all requests.
    ///
    /// - Throws: `ExitCode` 1 where a rotation did not succeed; ``ControlFailure`` 75 at the time-out.
    func wait(_ configuration: Configuration, timeout: Duration) async throws {
        var waiting = Dictionary(requests.map { ($0.id, $0.secret) }) { first, _ in first }
        var allSucceeded = true
        do {
            try await ControlClient(path: configuration.control).watch(requests, timeout: timeout) { progress in
                guard progress.isOver else { return tell(progress) }
                guard waiting.removeValue(forKey: progress.request) != nil else { return }
                allSucceeded = allSucceeded && progress.outcome == "succeeded" && !progress.isUnfinished
                writeResult(progress)
            }
        } catch let failure as ControlFailure where failure.status == .timedOut {
            throw timedOut(waiting.values.map { "\($0)" }.sorted())
        }
        guard waiting.isEmpty else {
            throw ControlFailure(
                status: .unavailable,
                message: "the daemon has stopped; the requests stay queued until it is started again"
            )
        }
        if !allSucceeded { throw ExitCode.failure }
    }

    private func timedOut(_ names: [String]) -> ControlFailure {
        ControlFailure(
            status: .timedOut,
            message: "still waiting for \(names.joined(separator: ", ")); the requests stay queued: "
                + "see secret-rotator rotation list --open"
        )
    }

    private func tell(_ progress: RequestProgress) {
        let attempt = progress.attempts > 0 ? ", attempt \(progress.attempts)" : ""
        let wait = progress.nextTry.map { ", next try \($0.short)" } ?? ""
        printError("\(progress.secret): \(progress.state)\(attempt)\(wait)\n")
    }

    private func writeResult(_ progress: RequestProgress) {
        if isJSON {
            print(progress.json.canonicalText)
        } else {
            let outcome = progress.outcome ?? progress.state
            let reason = (progress.errorText ?? progress.error).map { ": \($0)" } ?? ""
            let isPlain = progress.outcome == "succeeded" && !progress.isUnfinished
            let error =
                isPlain ? "" : (progress.isUnfinished ? ", but the old credential is not retired" : "") + reason
            let attempts = "\(progress.attempts) \(progress.attempts == 1 ? "attempt" : "attempts")"
            let rotation = progress.rotation.map { ", rotation \($0)" } ?? ""
            printText("\(progress.secret): \(outcome)\(error) after \(attempts)\(rotation)")
        }
        try? flushOutput()
    }
}

extension RequestProgress {
    /// The result as `--json` has it.
    fileprivate var json: JSONValue {
        .fields([
            "request": .string(request.rawValue),
            "secret": .string("\(secret)"),
            "rotation": .text(rotation?.rawValue),
            "outcome": .text(outcome),
            "error": .text(error),
            "unfinished": isUnfinished ? true : nil,
            "attempts": .number(attempts),
        ])
    }
}
