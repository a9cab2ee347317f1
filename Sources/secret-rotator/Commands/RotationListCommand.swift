import ArgumentParser
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct RotationListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show rotations, the newest first.",
        discussion: """
            Examples:
              secret-rotator rotation list --open
              secret-rotator rotation list --json --limit 100000
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Flag(help: "Show only rotations that have not ended.") var open = false
    @Option(help: "The largest number of rotations to show.") var limit = 1000

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit: give 1 or more") }
    }

    func run() async throws {
        try await reportingFailures {
            let history = try Database.read(try global.load())
            defer { history.close() }
            let rotations = try history.rotations(openOnly: open, limit: limit)
            if listing.json {
                for rotation in rotations { print(rotation.json.canonicalText) }
            } else {
                Self.table(rotations).print(empty: open ? "no rotation is open" : "no rotations yet")
            }
        }
    }

    /// The rotations as a table.
    static func table(_ rotations: [StoredRotation]) -> Table {
        var table = Table("OPENED", "SECRET", "TRIGGER", "ATTEMPTS", "OUTCOME", "TOOK", "ROTATION")
        for stored in rotations {
            let rotation = stored.rotation
            table.add(
                .init(rotation.openedAt.short),
                .init("\(rotation.secret)"),
                .init(rotation.trigger.rawValue),
                .init("\(rotation.state.tally.attempts)"),
                outcome(of: stored),
                .init(stored.endedAt.map { "\(rotation.openedAt.duration(to: $0).milliseconds) ms" } ?? ""),
                .init(rotation.id.rawValue, .dim)
            )
        }
        return table
    }

    private static func outcome(of stored: StoredRotation) -> Table.Cell {
        switch stored.storedOutcome {
        case "succeeded":
            let confirmation = stored.isConfirmed == true ? ", confirmed" : ", unconfirmed"
            guard stored.rotation.state.isFinishLeft else { return .init("succeeded" + confirmation, .green) }
            return .init("succeeded" + confirmation + ", old credential not retired", .yellow)
        case .some(let outcome):
            let decision = stored.decision.map { " (\($0))" } ?? ""
            return .init(outcome + decision + (stored.failure.map { ": \($0.text)" } ?? ""), .red)
        case nil:
            let wait = stored.rotation.state.wakeAt.map { ", next try \($0.short)" } ?? ""
            let decision = stored.decision.map { " (\($0))" } ?? ""
            let error = stored.failure.map { ": \($0.text)" } ?? ""
            let deferred = stored.rotation.state.tally.deferred.map { ", \($0.text)" } ?? ""
            return .init(stored.rotation.state.phaseName + decision + error + deferred + wait, .yellow)
        }
    }
}
