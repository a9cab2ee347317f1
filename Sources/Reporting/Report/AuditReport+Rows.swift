import RotationCore
import RotationStore
import Scheduling

extension AuditReport.Standing {
    init(
        _ key: SecretKey,
        _ figures: SecretFigures,
        _ story: ScheduleStory,
        _ ages: SecretAges,
        _ period: ReportPeriod
    ) {
        secret = key
        (terms, isScheduled) = (story.terms ?? story.lastTerms, story.terms != nil)
        isPaused = story.pause(at: period.end) != nil
        (total, lastSuccess, self.ages) = (figures.total, figures.lastSuccess, ages)
        verdict =
            if ages.overdueBy != nil { .overdue } else if ages.timesExceeded > 0 {
                .exceeded
            } else if story.terms == nil { .unscheduled } else if ages.maximum == nil { .noMaximumAge } else {
                ages.wasRotated ? .held : .notRotated
            }
    }
}

extension AuditReport.Exception {
    /// All that is exceptional of a secret at the period's end.
    static func all(
        _ standing: AuditReport.Standing,
        _ figures: SecretFigures,
        _ story: ScheduleStory,
        _ period: ReportPeriod
    ) -> [AuditReport.Exception] {
        let secret = standing.secret
        var all: [AuditReport.Exception] = []
        if let late = standing.ages.overdueBy {
            let since = period.end.advanced(by: .zero - late)
            all.append(Self(kind: .overdue, secret: secret, since: since, reason: "late by \(late.words)"))
        }
        if let failing = figures.failing, standing.isScheduled {
            let reason = [failing.failures == 1 ? "failed once" : "failed \(failing.failures) times", failing.cause]
            all.append(
                Self(kind: .failing, secret: secret, since: failing.start, reason: reason.joined(separator: ", last: "))
            )
        }
        if let pause = story.pause(at: period.end) {
            let until = pause.until.map { "until \($0.short)" }
            let reason = [pause.reason, until].compactMap { $0 }.joined(separator: ", ")
            all.append(Self(kind: .paused, secret: secret, since: pause.since, by: pause.by, reason: reason))
        }
        if standing.isScheduled, !standing.ages.wasRotated, let added = story.addedAt {
            let reason = story.isEarlier ? "known since then: the addition of its schedule is archived" : nil
            all.append(Self(kind: .neverRotated, secret: secret, since: added, reason: reason))
        }
        return all
    }

    /// A difference between the hub and the history that was found last; nil where it has ended since, or is no exception.
    init?(drift word: String, since: Instant, _ figures: SecretFigures, _ story: ScheduleStory) {
        let isScheduled = story.terms != nil
        let isDelivered = since <= figures.lastSuccess ?? .distantPast
        let (kind, isOver, reason): (Kind, Bool, String) =
            switch word {
            case "changed": (.changed, isDelivered, "another client has changed it in the hub")
            case "unknown_change": (.unknownChange, isDelivered, "the hub's own log has a change that is not ours")
            case "missing": (.missing, isDelivered || !isScheduled, "the hub did not list it")
            case "unmanaged": (.unmanaged, isScheduled, "the hub lists it, and it has no schedule")
            default: (.valueUnknown, isDelivered, "an earlier value may be in force")
            }
        // Overdue is what the age says, whatever was found.
        guard word != "overdue", !isOver else { return nil }
        self.init(kind: kind, secret: figures.secret, since: since, reason: reason)
    }

    /// A rotation that waits for a person; nil where it has ended.
    init?(parked: EntryRow?, _ figures: SecretFigures) {
        guard let parked, let rotation = parked.rotation, rotation == figures.open?.rotation else { return nil }
        let detail = EntryDetail(parked.detail)
        let reason = [detail.text("error"), detail.text("reason")].compactMap { $0 }.joined(separator: ", ")
        self.init(kind: .parked, secret: figures.secret, since: parked.time, reason: reason)
    }
}

extension SecretFigures.Episode {
    /// The class of the last error, with the generator's step.
    var cause: String { [error ?? "unknown", failedStep].compactMap { $0 }.joined(separator: ", step ") }
}

extension AuditReport.Emergency {
    /// How many secrets and requests a row knows by name.
    private static let most = 50
    /// Requests of one command are this close.
    private static let near = Duration.seconds(60)

    init(_ row: EntryRow, _ key: SecretKey) {
        let detail = EntryDetail(row.detail)
        (seq, time, actor, count) = (row.seq, row.time, Actor(row), 1)
        (reason, ticket, despiteHold) = (detail.text("reason"), detail.text("ticket"), detail.text("despite_hold"))
        (secrets, requests) = ([key], [detail.text("request")].compactMap { $0 })
    }

    /// Adds a request of the same command; false for another one's.
    mutating func join(_ next: AuditReport.Emergency) -> Bool {
        guard actor == next.actor, reason == next.reason, ticket == next.ticket, despiteHold == next.despiteHold,
            time.duration(to: next.time) < Self.near
        else { return false }
        count += 1
        if secrets.count < Self.most { secrets += next.secrets }
        if requests.count < Self.most { requests += next.requests }
        return true
    }
}

extension AuditReport.Note {
    /// An entry with its fields.
    init(_ row: EntryRow) {
        let detail = EntryDetail(row.detail)
        (seq, time, event, secret, actor) = (row.seq, row.time, row.event, row.secret, Actor(row))
        text = detail.summary
        if secret == nil, let hub = row.hub { text = ["hub \(hub)", text].joined(separator: ": ") }
    }

    /// A change of a schedule: `max_age: 45d → 90d`.
    init(change row: EntryRow, _ detail: EntryDetail) {
        (seq, time, event, secret, actor) = (row.seq, row.time, row.event, row.secret, Actor(row))
        let (old, new) = (detail.object("old"), detail.object("new"))
        switch row.event {
        case "schedule.changed":
            text = Set(old.keys).union(new.keys).sorted()
                .map { "\($0): \(ScheduleTerms.words(old[$0])) → \(ScheduleTerms.words(new[$0]))" }
                .joined(separator: "; ")
            if let zone = detail.text("zone_rules") { text = "the rules of the time zone \(zone) have changed" }
            loosens = Self.isLonger("max_age", old, new) || Self.isLonger("every", old, new)
        default:
            let terms = ScheduleTerms(row.event == "schedule.added" ? new : old)
            let more = [terms.maximumAgeText.map { "max_age \($0)" }, terms.policy.map { "policy \($0)" }]
            text = ([terms.cadence, terms.generator] + more.compactMap { $0 }).filter { !$0.isEmpty }.joined(
                separator: "; "
            )
        }
    }

    /// Whether a duration was made longer, or taken away.
    private static func isLonger(_ key: String, _ old: [String: JSONValue], _ new: [String: JSONValue]) -> Bool {
        guard case .string(let before)? = old[key], let before = DurationText.parse(before) else { return false }
        guard case .string(let after)? = new[key] else { return key == "max_age" }
        return DurationText.parse(after).map { $0 > before } ?? false
    }
}

extension [AuditReport.AgeBand] {
    private static let names = [
        "up to 50 % of the maximum age", "50 to 75 %", "75 to 100 %", "overdue: over 100 %", "no maximum age",
    ]

    /// Counts a scheduled secret.
    mutating func count(_ ages: SecretAges) {
        if isEmpty { self = Self.names.map { AuditReport.AgeBand(name: $0, count: 0) } }
        guard let age = ages.age, let maximum = ages.maximum, maximum > .zero else {
            self[4].count += 1
            return
        }
        switch age / maximum {
        case 1...: self[3].count += 1
        case 0.75...: self[2].count += 1
        case 0.5...: self[1].count += 1
        default: self[0].count += 1
        }
    }
}
