import ArgumentParser
import AuditLog
import ControlAPI
import Glibc
import RotationDaemon
import RotationEngine
import RotationStore
import Scheduling

struct ScheduleNextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Show the slots to come: of one schedule, of all, or of a period that you try out.",
        discussion: """
            Without a secret: of all schedules that are not paused, in order. With --every: of that period, beginning \
            at --after; no configuration is needed then. On a terminal it shows a table, else, or with --json, \
            JSON Lines: "slot" is the instant that the cadence names, "at" when the rotation begins.

            Examples:
              secret-rotator schedule next production/db_password --count 3
              secret-rotator schedule next --every 36h --after 2027-01-01T00:00:00Z
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The secret.", completion: .secret) var secret: String?
    @Option(help: "A period to try out, such as 12h, 30d or 2w.") var every: String?
    @Option(help: "Where to begin: an instant in RFC 3339; now if absent.") var after: String?
    @Option(help: "How many slots.") var count = 5

    func validate() throws {
        guard secret == nil || every == nil else { throw ValidationError("give a secret or --every, not both") }
        guard (1...100_000).contains(count) else { throw ValidationError("--count: give 1 to 100000") }
    }

    func run() async throws {
        try await reportingFailures {
            let start = try after.map { text -> Instant in
                guard let instant = Instant(rfc3339: text) else {
                    let example = SystemClock().now.rfc3339
                    throw ControlFailure(status: .usage, message: "--after: give an instant such as \(example)")
                }
                return instant
            }
            try show(Upcoming.slots(of: sources(start), after: start ?? SystemClock().now, count: count))
        }
    }

    private func sources(_ start: Instant?) throws -> [Upcoming.Source] {
        if let every {
            guard let period = DurationText.parse(every).flatMap(Cadence.Period.init) else {
                throw ControlFailure(status: .usage, message: "--every: give a period such as 12h, 30d or 2w")
            }
            return [.init(secret: nil, cadence: .every(period), anchor: start ?? SystemClock().now, nextDue: nil)]
        }
        let configuration = try global.load()
        let history = try Database.read(configuration)
        defer { history.close() }
        let now = SystemClock().now
        guard let secret else {
            let schedules = try history.schedules { standardError("warning: \($0)\n") }
            return schedules.filter { !$0.isPaused(at: now) }.map(Upcoming.Source.init)
        }
        let name = try configuration.secret(secret, mayLackHub: true)
        guard let schedule = try history.schedule(of: name) else { throw Ledger.Refusal.noSchedule(name) }
        if schedule.isPaused(at: now) { standardError("\(name) is paused: these slots pass without a rotation\n") }
        return [.init(schedule)]
    }

    private func show(_ slots: [Upcoming.Slot]) throws {
        guard listing.json || isatty(STDOUT_FILENO) != 1 else {
            var table = Table("SLOT", "AT", "SECRET")
            for slot in slots {
                table.add(.init(slot.slot.short), .init(slot.at.short), .init(slot.secret.map { "\($0)" } ?? ""))
            }
            return table.print(empty: "no schedule is active")
        }
        for slot in slots {
            let fields: [String: JSONValue?] = [
                "slot": .instant(slot.slot), "at": .instant(slot.at), "secret": .text(slot.secret.map { "\($0)" }),
            ]
            print(JSONValue.fields(fields).canonicalText)
        }
    }
}

/// The slots to come of several cadences, in order.
enum Upcoming {
    /// A cadence.
    struct Source {
        var secret: SecretName?
        var cadence: Cadence
        var anchor: Instant
        /// When it is due next, where that is stored: a retry comes between two slots.
        var nextDue: Instant?

        init(secret: SecretName?, cadence: Cadence, anchor: Instant, nextDue: Instant?) {
            self.secret = secret
            self.cadence = cadence
            self.anchor = anchor
            self.nextDue = nextDue
        }

        init(_ schedule: Schedule) {
            self.init(
                secret: schedule.secret,
                cadence: schedule.definition.cadence,
                anchor: schedule.anchor,
                nextDue: schedule.nextDue
            )
        }

        /// The first instant strictly after another one.
        func next(after instant: Instant) -> Instant {
            if let nextDue, nextDue > instant { return nextDue }
            return cadence.nextSlot(after: instant, anchor: anchor)
        }
    }

    /// A slot to come.
    struct Slot {
        var secret: SecretName?
        var slot: Instant
        /// When the rotation begins.
        var at: Instant
    }

    /// The first slots of all sources together.
    static func slots(of sources: [Source], after start: Instant, count: Int) -> [Slot] {
        var heads = sources.map { (source: $0, next: $0.next(after: start)) }
        var slots: [Slot] = []
        while slots.count < count, let index = heads.indices.min(by: { heads[$0].next < heads[$1].next }) {
            let (source, next) = heads[index]
            guard slots.last?.slot ?? .distantPast <= next, next < .distantFuture else { break }
            slots.append(Slot(secret: source.secret, slot: next, at: next))
            heads[index].next = source.next(after: next)
        }
        return slots
    }
}
