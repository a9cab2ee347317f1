import ArgumentParser
import Foundation
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct ScheduleShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one schedule in full, and its last rotations.",
        discussion: "Example: secret-rotator schedule show production/db_password"
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The secret.", completion: .secret) var secret: String

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
            ("cadence", schedule.definition.cadenceText),
            ("minimum interval", DurationText.format(definition.minInterval)),
            ("window", definition.window.map(DurationText.format)),
            ("jitter", definition.jitter > .zero ? DurationText.format(definition.jitter) : nil),
            ("maximum age", definition.maxAge.map(DurationText.format)),
            ("overdue since", schedule.overdueSince(now: now)?.short),
            ("catch-up", definition.catchUp == .skip ? "skip" : nil),
            ("group", definition.group.map { "\($0.name), \(DurationText.format($0.spacing)) apart" }),
            ("generator", definition.generator.json),
            ("entropy", definition.generator.entropy.map { "\(Int($0)) bits" }),
            ("policy hash", definition.generator.policyHash),
            ("description", definition.description),
            ("owner", definition.owner),
            ("policy", definition.policy),
            ("slot", schedule.slot.shortOrOnChange),
            ("next due", schedule.nextDue.shortOrOnChange),
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
