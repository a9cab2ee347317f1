import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct RotationShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one rotation with all its attempts.",
        discussion: "Example: secret-rotator rotation show 01a2097c-43df-7e8d-b698-110a9a37ccad"
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The rotation's ID, as rotation list shows it.") var rotation: String

    func validate() throws {
        guard RotationID(rawValue: rotation) != nil else { throw ValidationError("\(rotation) is no rotation's ID") }
    }

    func run() async throws {
        try await reportingFailures {
            let history = try Database.read(try global.load())
            defer { history.close() }
            guard let id = RotationID(rawValue: rotation), let stored = try history.rotation(id) else {
                throw ControlFailure(status: .failed, message: "there is no rotation \(rotation)")
            }
            let attempts = try history.attempts(of: id)
            if listing.json {
                guard case .object(var fields) = stored.json else { return }
                fields["attempt_list"] = .array(attempts.map(\.json))
                print(JSONValue.object(fields).canonicalText)
            } else {
                RotationListCommand.table([stored]).print(empty: "")
                print("")
                Self.table(attempts).print(empty: "nothing was sent")
            }
        }
    }

    private static func table(_ attempts: [StoredAttempt]) -> Table {
        var table = Table("ATTEMPT", "STARTED", "TOOK", "OUTCOME", "ERROR", "STATUS", "REQUEST ID")
        for attempt in attempts {
            let took = attempt.endedAt.map { "\(attempt.startedAt.duration(to: $0).milliseconds) ms" } ?? ""
            let isGood = attempt.outcome == "delivered"
            table.add(
                .init("\(attempt.number)"),
                .init(attempt.startedAt.short),
                .init(took),
                .init(attempt.outcome ?? "under way", isGood ? .green : .yellow),
                .init(attempt.error ?? ""),
                .init(attempt.status.map(String.init) ?? ""),
                .init(attempt.requestID ?? "")
            )
        }
        return table
    }
}

extension StoredAttempt {
    /// The attempt for `--json`.
    fileprivate var json: JSONValue {
        .fields([
            "attempt": .number(number),
            "started_at": .instant(startedAt),
            "ended_at": .instant(endedAt),
            "outcome": .text(outcome),
            "error": .text(error),
            "status": .number(status),
            "request_id": .text(requestID),
        ])
    }
}
