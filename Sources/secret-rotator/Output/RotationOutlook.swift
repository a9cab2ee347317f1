import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

/// What a request would do now, for `--dry-run`; no step is run to find out.
struct RotationOutlook {
    private let schedule: Schedule
    /// The steps, in order.
    private let steps: [String]
    /// The open rotation that it would join.
    private let joined: RotationID?
    /// The obstacles that the request would wait for.
    private let waits: [String]

    init(
        _ schedule: Schedule,
        fresh: Bool,
        _ history: History,
        _ configuration: Configuration,
        now: Instant
    ) throws {
        self.schedule = schedule
        let hub = configuration.hubs[schedule.secret.hub]
        let confirms = hub?.confirm ?? true
        let own = { (step: GeneratorStep) in schedule.definition.generator.steps.contains(step) ? [step.rawValue] : [] }
        let finish = own(.finish).map { step in
            let pause = schedule.definition.finishAfter
            return pause > .zero ? "\(step) after \(DurationText.format(pause))" : step
        }
        steps =
            ["generate"] + (confirms ? ["list"] : []) + own(.install) + own(.test) + ["update"]
            + (confirms ? ["list"] : []) + finish
        let open = try history.rotations(openOnly: true, secret: schedule.secret, limit: 1).first
        joined = fresh ? nil : open.flatMap { $0.endedAt == nil ? $0.rotation.id : nil }
        let obstacles = try history.obstacles(
            hubs: configuration.hubs.keys,
            open: joined == nil ? open.map { [$0] } ?? [] : []
        )
        waits = obstacles.ofRequest(schedule.secret, schedule, now: now).map(\.text)
    }

    /// The outlook for people: `would rotate local/db: password; generate, list, update, list`.
    var text: String {
        let verb = joined.map { "would join rotation \($0) of" } ?? "would rotate"
        let waiting = waits.isEmpty ? "" : "; waits for " + waits.joined(separator: ", ")
        let name = schedule.definition.generator.type
        return "\(verb) \(schedule.secret): \(name); \(steps.joined(separator: ", "))\(waiting)"
    }

    var json: JSONValue {
        .fields([
            "secret": .string("\(schedule.secret)"),
            "state": joined == nil ? "would_rotate" : "would_join",
            "rotation": .text(joined?.rawValue),
            "generator": .string(schedule.definition.generator.type),
            "policy_hash": .string(schedule.definition.generator.policyHash),
            "steps": .array(steps.map { .string($0) }),
            "waits_for": waits.isEmpty ? nil : .array(waits.map { .string($0) }),
        ])
    }
}
