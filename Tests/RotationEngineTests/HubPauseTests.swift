import RotationCore
import Scheduling
import Testing

/// Pauses that a hub asks for: how long they are, what ends them and what they become.
struct HubPauseTests {
    private static let start = Instant(milliseconds: 1_000_000)
    private static let cap = Duration.seconds(3600)

    private static func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }

    private static func paused(_ since: Int, _ until: Int, length: Int? = nil) -> HubStatus {
        .paused(.init(since: at(since), until: at(until), length: .seconds(length ?? until - since)))
    }

    private static func halfOpen(_ pause: Int?) -> HubStatus {
        .halfOpen(.init(probes: 0, pause: pause.map { .seconds($0) }))
    }

    private static func throttled(_ seconds: Int?) -> HubError {
        HubError(.throttled, status: 429, retryAfter: seconds.map { .seconds($0) })
    }

    /// A status, what the hub asks for at second 0, and the status after it.
    static let answers: [(HubStatus, asked: Int?, HubStatus?)] = [
        (.available, 90, paused(0, 90)),
        (.available, nil, paused(0, 5)),
        (.available, 0, paused(0, 1)),
        (.available, 86_400, paused(0, 3600)),
        (.failing(.init(reason: .forbidden, alias: "a", count: 1)), 90, paused(0, 90)),
        // What was under way when the pause began makes it longer, and no second one of it.
        (paused(-10, 80), 60, nil),
        (paused(-10, 80), 200, paused(-10, 200, length: 200)),
        (paused(-10, 80), 86_400, paused(-10, 3600, length: 3600)),
        (paused(-90, -1), nil, paused(-90, 5, length: 89)),
        // Again before an update has succeeded: twice as long, or what it asks for, up to the cap.
        (halfOpen(90), nil, paused(0, 180)),
        (halfOpen(90), 100, paused(0, 180)),
        (halfOpen(90), 200, paused(0, 200)),
        (halfOpen(3000), 10, paused(0, 3600)),
        (halfOpen(nil), 90, paused(0, 90)),
        (.suspended(.init(reason: .tls, since: start, probeAt: start, probes: 0)), 90, nil),
    ]

    @Test(arguments: answers.indices)
    func throttlingPausesUpToTheCap(_ index: Int) {
        let (before, asked, after) = Self.answers[index]
        #expect(before.after(Self.throttled(asked), about: "a", now: Self.start, cap: Self.cap) == after)
    }

    /// What the probe after a pause of 90 s meets, at second 100, and the status after it.
    static let probes: [(HubError?, HubStatus)] = [
        (nil, halfOpen(90)),
        // A hub that refuses lists may take updates: one rotation goes ahead.
        (HubError(.forbidden, status: 403), halfOpen(90)),
        (HubError(.notFound, status: 404), halfOpen(90)),
        (throttled(nil), paused(100, 280)),
        (throttled(86_400), paused(100, 3700)),
        (HubError(.cancelled), paused(0, 105, length: 90)),
        (HubError(.notSent), paused(0, 105, length: 90)),
    ]

    @Test(arguments: probes.indices)
    func probeEndsThePauseOrDoublesIt(_ index: Int) {
        let (error, after) = Self.probes[index]
        #expect(Self.paused(0, 90).afterProbe(error, now: Self.at(100), cap: Self.cap) == after)
    }

    @Test(arguments: [HubError.Kind.unauthorized, .noToken, .connectionFailed, .timedOut, .tls, .unavailable])
    func probeThatFailsOtherwiseSuspends(_ kind: HubError.Kind) {
        let after = Self.paused(0, 90).afterProbe(HubError(kind), now: Self.at(100), cap: Self.cap)
        let first = Self.at(100).advanced(by: HubStatus.firstProbe)
        #expect(after == .suspended(.init(reason: kind, since: Self.at(100), probeAt: first, probes: 0)))
    }

    @Test func pausesInARowDoubleUpToTheCap() {
        var status = Self.paused(0, 600)
        var lengths: [Int64] = []
        for _ in 0..<5 {
            status = status.afterProbe(Self.throttled(1), now: Self.at(1000), cap: Self.cap)
            guard case .paused(let pause) = status else {
                Issue.record("not paused")
                return
            }
            lengths.append(pause.since.duration(to: pause.until).components.seconds)
        }
        #expect(lengths == [1200, 2400, 3600, 3600, 3600])
    }

    @Test func pauseIsOverOnlyOnceTheHubWasProbed() {
        let status = Self.paused(0, 90)
        #expect(status.probeAt == Self.at(90))
        #expect(status.afterSuccess == nil)
        #expect(Self.halfOpen(90).probeAt == nil)
        #expect(Self.halfOpen(90).afterSuccess == .available)
    }

    @Test func personLiftsAPauseOrSuspensionAndNothingElse() {
        let suspended = HubStatus.suspended(.init(reason: .tls, since: Self.start, probeAt: Self.start, probes: 3))
        let rows: [(HubStatus, HubStatus?)] = [
            (Self.paused(0, 3600), Self.halfOpen(3600)), (suspended, .halfOpen(.init(probes: 3))),
            (.available, nil), (Self.halfOpen(90), nil),
            (.failing(.init(reason: .forbidden, alias: "a", count: 1)), nil),
        ]
        for (before, after) in rows { #expect(before.lifted == after, "\(before)") }
    }

    @Test func shorterCapShortensAPauseThatHasBegun() {
        let minute = Duration.seconds(60)
        #expect(Self.paused(0, 3600).shortened(to: minute) == Self.paused(0, 60))
        #expect(Self.paused(0, 50).shortened(to: minute) == nil)
        #expect(HubStatus.available.shortened(to: minute) == nil)
        #expect(Self.paused(0, 3600).reconfigured(now: Self.at(9), cap: minute) == Self.paused(0, 60))
    }

    /// What a suspended hub's probe is told is a floor of the next one.
    @Test func retryAfterOfAProbePutsTheNextOneOff() {
        let status = HubStatus.suspended(.init(reason: .tls, since: Self.start, probeAt: Self.start, probes: 0))
        let rows = [(nil, 120), (60, 120), (1000, 1000), (86_400, 3600)]
        for (asked, wait) in rows {
            #expect(status.afterProbe(Self.throttled(asked), now: Self.start, cap: Self.cap).probeAt == Self.at(wait))
        }
    }
}
