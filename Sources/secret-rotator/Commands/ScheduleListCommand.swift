import ArgumentParser
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct ScheduleListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show all schedules and when they are due.",
        discussion: "Example: secret-rotator schedule list --json"
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions

    func run() async throws {
        try await reportingFailures {
            let history = try Database.read(try global.load())
            defer { history.close() }
            let now = SystemClock().now
            let schedules = try history.schedules { printError("warning: \($0)\n") }
            if listing.json {
                for schedule in schedules { print(schedule.json(now: now).canonicalText) }
            } else {
                table(schedules, now: now).print(empty: "no schedules yet: secret-rotator schedule add --help")
            }
        }
    }

    private func table(_ schedules: [Schedule], now: Instant) -> Table {
        var table = Table("SECRET", "CADENCE", "GENERATOR", "NEXT DUE", "LAST SUCCESS", "STATE", "OWNER")
        for schedule in schedules {
            table.add(
                .init("\(schedule.secret)"),
                .init(schedule.definition.cadenceText),
                .init(schedule.definition.generator.type),
                .init(schedule.nextDue.shortOrOnChange),
                .init(schedule.lastSuccess?.short ?? "never"),
                Self.state(of: schedule, now: now),
                .init(schedule.definition.owner ?? "")
            )
        }
        return table
    }

    private static func state(of schedule: Schedule, now: Instant) -> Table.Cell {
        if schedule.isPaused(at: now) {
            let reason = schedule.pause?.reason.map { ": \($0)" } ?? ""
            return .init("paused" + (schedule.pause?.until.map { " until \($0.short)" } ?? "") + reason, .yellow)
        }
        if schedule.failures == 0, let since = schedule.overdueSince(now: now) {
            return .init("overdue since \(since.short)", .red)
        }
        return schedule.failures > 0 ? .init("failing (\(schedule.failures))", .red) : .init("ok", .green)
    }
}
