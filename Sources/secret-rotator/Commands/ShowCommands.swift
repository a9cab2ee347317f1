import ArgumentParser
import AuditLog
import ControlAPI
import Foundation
import RotationDaemon
import RotationEngine
import RotationStore
import Scheduling
import ValueGenerators

struct ScheduleShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all about one schedule, and its last rotations."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The secret.") var secret: String

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let name = try configuration.secret(secret, mayLackHub: true)
            let history = try Database.read(configuration)
            defer { history.close() }
            guard let schedule = try history.schedule(of: name) else { throw Ledger.Refusal.noSchedule(name) }
            let now = SystemClock().now
            if listing.json {
                print(schedule.json(now: now).canonicalText)
            } else {
                print(Self.fields(of: schedule, now: now).map(Self.line).joined(separator: "\n"))
                print("")
                RotationListCommand.table(try history.rotations(secret: name, limit: 10)).print(
                    empty: "no rotations yet"
                )
            }
        }
    }

    private static func fields(of schedule: Schedule, now: Instant) -> [(String, String?)] {
        let definition = schedule.definition
        let pause = schedule.isPaused(at: now) ? schedule.pause : nil
        return [
            ("secret", "\(schedule.secret)"),
            ("cadence", schedule.cadenceText),
            ("minimum interval", DurationText.format(definition.minInterval)),
            ("generator", definition.generator.json),
            ("entropy", "\(Int(definition.generator.entropy)) bits"),
            ("policy hash", definition.generator.policyHash),
            ("description", definition.description),
            ("owner", definition.owner),
            ("policy", definition.policy),
            ("next due", schedule.nextDue.short),
            ("last success", schedule.lastSuccess?.short ?? "never"),
            ("failures", schedule.failures > 0 ? "\(schedule.failures)" : nil),
            ("paused since", pause?.since.short),
            ("paused until", pause?.until?.short),
            ("paused because", pause?.reason),
        ]
    }

    private static func line(_ name: String, _ value: String?) -> String {
        name.padding(toLength: 18, withPad: " ", startingAt: 0) + Table.Cell(value ?? "").text
    }
}

struct RotationShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one rotation with all its attempts."
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
    /// The attempt as `--json` has it.
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

struct AuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one entry of the audit log.",
        discussion: "With --json it is exactly the line that the log holds."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The entry's number.") var seq: Int64

    func run() async throws {
        try await reportingFailures {
            let history = try Database.read(try global.load())
            defer { history.close() }
            guard let line = try history.auditLine(seq) else {
                throw ControlFailure(status: .failed, message: "the audit log has no entry \(seq)")
            }
            print(listing.json ? line : Self.pretty(line))
        }
    }

    private static func pretty(_ line: String) -> String {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
            let data = try? JSONSerialization.data(
                withJSONObject: object,
                options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            )
        else { return line }
        return String(decoding: data, as: UTF8.self)
    }
}
