import Reporting
import RotationCore
import RotationStore
import Scheduling
import TestSupport

/// An observation in which every metric has a sample and every section of the page something to say.
enum ObservationSample {
    static let now = Instant(rfc3339: "2026-11-26T15:00:00Z") ?? .distantPast

    /// - Parameter text: What hostile people have written wherever they can.
    static func full(_ text: String = "plain") -> Observation {
        var observation = Observation(at: now, startedAt: now.advanced(by: .seconds(-90_000)), host: text, version: "1")
        observation.hubs = ["eu", "us"]
        observation.lastPass = now
        observation.figuresAt = now
        observation.figures = figures(text)
        observation.problems = [
            ProblemNote(kind: "schedule_overdue", subject: text, since: now, text: text, advice: text)
        ]
        observation.live = LiveRotations(
            open: [.init(id: "1", hub: "eu", alias: text, phase: "delivering", attempts: 2, openedAt: now)],
            recent: [
                .init(
                    id: "2",
                    hub: "us",
                    alias: text,
                    outcome: "failed",
                    trigger: "schedule",
                    openedAt: now,
                    endedAt: now
                )
            ]
        )
        observation.headSeq = 1234
        observation.verification = .init(at: now, problems: 0)
        return observation
    }

    private static func figures(_ text: String) -> HistoryFigures {
        var figures = HistoryFigures()
        var hub = HistoryFigures.Hub(name: "eu")
        hub.states = [.ok: 12, .overdue: 1, .paused: 2]
        (hub.overdue, hub.nextDue, hub.oldestSuccess) = (1, now, now)
        hub.status = .suspended(.init(reason: .unauthorized, since: now, probeAt: now, probes: 1))
        figures.hubs = [hub, HistoryFigures.Hub(name: "us")]
        figures.upcoming = [.init(hub: "eu", alias: text, at: now.advanced(by: .seconds(60)))]
        let today = now.rawValue / 86_400_000
        figures.days = [
            .init(day: today, outcome: "succeeded", count: 40), .init(day: today, outcome: "failed", count: 2),
            .init(day: today - 3, outcome: "succeeded", count: 12_345),
        ]
        figures.checkpoint = .init(size: 1000, signedAt: now)
        return figures
    }
}
