import ArgumentParser
import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct ScheduleNextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Show the next slots of one schedule, of all schedules, or of a cadence that you try out.",
        discussion: """
            Without a secret: the slots of all schedules that are not paused, in order. With --every or --cron: the \
            slots of that cadence after --after; this needs no configuration. On a terminal the output is a table, \
            otherwise and with --json it is JSON Lines: "slot" is the instant that the cadence names, "at" is when the \
            rotation begins.

            With --by: a histogram of the planned rotations. It warns where more rotations begin within a minute than \
            a hub's rate limit allows. The plan does not include requests, failures, groups and windows.

            Examples:
              secret-rotator schedule next production/db_password --count 3
              secret-rotator schedule next --cron '0 3 * * 1' --timezone Europe/Berlin --after 2027-01-01T00:00:00Z
              secret-rotator schedule next --until 7d --by day
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The secret.", completion: .secret) var secret: String?
    @Option(help: "A period to try out, such as 12h, 30d or 2w.") var every: String?
    @Option(help: "A cron expression to try out, such as '0 3 * * 1'.") var cron: String?
    @Option(help: "The time zone of --cron; UTC if absent.") var timezone: String?
    @Option(help: "The start: an instant in RFC 3339; now if absent.") var after: String?
    @Option(help: "The end: an instant in RFC 3339, or a duration such as 7d.") var until: String?
    @Option(help: "The number of slots; if absent 5, or all with --until.") var count: Int?
    @Option(help: "Show a histogram by hour or day; --until is 24h or 7d if absent.") var by: Bucket?

    /// The time that one bar of the histogram stands for.
    enum Bucket: String, CaseIterable, ExpressibleByArgument {
        case hour
        case day

        var length: Duration { .seconds(self == .hour ? 3600 : 86_400) }
        var standardRange: Duration { .seconds(self == .hour ? 86_400 : 7 * 86_400) }
    }

    func validate() throws {
        guard [secret, every, cron].compactMap({ $0 }).count <= 1 else {
            throw ValidationError("give one of: a secret, --every, --cron")
        }
        guard timezone == nil || cron != nil else { throw ValidationError("--timezone goes with --cron") }
        guard count.map((1...1_000_000).contains) ?? true else { throw ValidationError("--count: give 1 to 1000000") }
    }

    func run() async throws {
        try await reportingFailures {
            let start = try after.map { try Self.instant($0, "--after") } ?? SystemClock().now
            let end = try until.map { text in
                try DurationText.parse(text).map { start.advanced(by: $0) } ?? Self.instant(text, "--until")
            }
            guard let by else {
                let slots = Upcoming(try sources(start), after: start, until: end)
                return show(slots.prefix(count ?? (end == nil ? 5 : .max)))
            }
            let range = start..<max(start, end ?? start.advanced(by: by.standardRange))
            var histogram = SlotHistogram(range: range, bucket: by.length, limits: try limits())
            for slot in Upcoming(try sources(start), after: start, until: range.upperBound) { histogram.add(slot) }
            histogram.print(json: listing.json)
        }
    }

    private static func instant(_ text: String, _ option: String) throws -> Instant {
        guard let instant = Instant(rfc3339: text) else {
            let example = SystemClock().now.rfc3339
            throw ControlFailure(status: .usage, message: "\(option): give an instant such as \(example)")
        }
        return instant
    }

    /// Each hub's rate limit in rotations a minute; empty where a cadence is tried out.
    private func limits() throws -> [String: Int] {
        guard every == nil, cron == nil else { return [:] }
        return try global.load().hubs.mapValues(\.rotationsPerMinute)
    }

    private func sources(_ start: Instant) throws -> [Upcoming.Source] {
        if let cadence = try triedOut() {
            let zone = try timezone.map { name in
                do { return try ZoneDatabase.system.zone(named: name) } catch {
                    throw ControlFailure(status: .usage, message: "--timezone: \(error)")
                }
            }
            return [.init(cadence, zone: zone ?? .utc, anchor: start)]
        }
        let configuration = try global.load()
        let history = try Database.read(configuration)
        defer { history.close() }
        let now = SystemClock().now
        guard let secret else {
            let schedules = try history.schedules { printError("warning: \($0)\n") }
            // Where a pause has an end, the next slot already lies after that end.
            return schedules.filter { !$0.isPaused(at: now) || $0.pause?.until != nil }.map(Upcoming.Source.init)
        }
        let name = try configuration.secret(secret, mayLackHub: true)
        guard let schedule = try history.schedule(of: name) else { throw Ledger.Refusal.noSchedule(name) }
        if schedule.nextStep == .never {
            printError("\(name) rotates when its file changes: the time is not known\n")
        }
        if schedule.isPaused(at: now), schedule.pause?.until == nil {
            printError("\(name) is paused: these slots are skipped\n")
        }
        return [.init(schedule)]
    }

    private func triedOut() throws -> Cadence? {
        if let every {
            guard let period = DurationText.parse(every).flatMap(Cadence.Period.init) else {
                throw ControlFailure(status: .usage, message: "--every: give a period such as 12h, 30d or 2w")
            }
            return .every(period)
        }
        return try cron.map { text in
            do { return .cron(try CronExpression(text)) } catch {
                throw ControlFailure(status: .usage, message: "--cron: \(text): \(error)")
            }
        }
    }

    private func show(_ slots: some Sequence<Upcoming.Slot>) {
        guard listing.json || isatty(STDOUT_FILENO) != 1 else {
            var table = Table("SLOT", "AT", "SECRET")
            for slot in slots {
                table.add(.init(slot.slot.short), .init(slot.at.short), .init(slot.secret.map { "\($0)" } ?? ""))
            }
            return table.print(empty: "no slots")
        }
        for slot in slots {
            let fields: [String: JSONValue?] = [
                "slot": .instant(slot.slot), "at": .instant(slot.at), "secret": .text(slot.secret.map { "\($0)" }),
            ]
            print(JSONValue.fields(fields).canonicalText)
        }
    }
}

extension Configuration.Hub {
    /// The rate limit in rotations a minute: a confirmed rotation sends three requests.
    fileprivate var rotationsPerMinute: Int {
        let requests =
            switch rateLimit.unit {
            case .second: rateLimit.count * 60
            case .minute: rateLimit.count
            case .hour: rateLimit.count / 60
            }
        return max(1, requests / (confirm ? 3 : 1))
    }
}
