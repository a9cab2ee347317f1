import ArgumentParser
import ControlAPI
import Glibc
import Reporting
import RotationCore
import RotationStore
import Scheduling

/// The options that choose entries of the audit log: an entry is chosen if it matches each option that is given.
struct AuditQueryOptions: ParsableArguments {
    @Option(help: "Secrets: an alias, hub/alias, or a pattern such as 'db_*'.", completion: .secret)
    var secret: [String] = []
    @Option(help: "Hubs: a name or a pattern.", completion: .hub) var hub: [String] = []
    @Option(help: "Events: a name such as rotation.failed, or a pattern such as 'schedule.*'.")
    var event: [String] = []
    @Option(help: "Triggers of rotations: \(list(Trigger.allCases.map(\.rawValue))).") var trigger: [String] = []
    @Option(help: "Actors: daemon, signal, or the name or uid of a user.") var actor: [String] = []
    @Option(help: "All entries of rotations that ended so: \(list(Outcome.allCases.map(\.rawValue))).")
    var outcome: [String] = []
    @Option(help: "All entries of one rotation.") var rotation: String?
    @Option(help: "From this time on: a date (2026-11-01, in UTC), an instant in RFC 3339, or an age (7d).")
    var since: String?
    @Option(help: "Up to this time: a date, which is included, an instant, or an age.") var until: String?

    private typealias Outcome = AuditQuery.RotationOutcomeName

    /// Whether an option is given.
    var chooses: Bool {
        !(secret + hub + event + trigger + actor + outcome).isEmpty || rotation != nil || since != nil || until != nil
    }

    /// The options as a query.
    ///
    /// - Throws: `ControlFailure` with `usage`.
    func query(now: Instant) throws -> AuditQuery {
        var query = AuditQuery()
        let range = try Self.range(since, until, now)
        (query.start, query.end) = (range.start, range.end)
        (query.secrets, query.hubs, query.actors) = (secret, hub, actor)
        let names = AuditEventName.allCases.map(\.rawValue)
        for pattern in event where !names.contains(where: { fnmatch(pattern, $0, 0) == 0 }) {
            throw ControlFailure(status: .usage, message: "--event: no event matches \(pattern): \(Self.list(names))")
        }
        query.events = event
        query.triggers = try trigger.map { try Self.word($0, "--trigger") }
        query.outcomes = try outcome.map { try Self.word($0, "--outcome") }
        query.rotation = try rotation.map { text in
            guard let id = RotationID(rawValue: text) else {
                throw ControlFailure(status: .usage, message: "--rotation: \(text) is no rotation's ID")
            }
            return id
        }
        return query
    }

    private static func word<T: RawRepresentable & CaseIterable>(_ text: String, _ option: String) throws -> T
    where T.RawValue == String {
        guard let word = T(rawValue: text) else {
            let words = list(T.allCases.map(\.rawValue))
            throw ControlFailure(status: .usage, message: "\(option): \(text) is none of \(words)")
        }
        return word
    }

    private static func range(_ since: String?, _ until: String?, _ now: Instant) throws(ControlFailure) -> TimeRange {
        do { return try TimeRange(from: since, to: until, now: now) } catch {
            throw ControlFailure(status: .usage, message: "\(error)")
        }
    }

    private static func list(_ words: [String]) -> String {
        words.joined(separator: ", ")
    }
}
