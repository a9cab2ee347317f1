import RotationCore
import Scheduling
import Testing

struct HubStatusTests {
    private let now = Instant(milliseconds: 1_000_000)
    private let cap = Duration.seconds(3600)

    private func paused(_ since: Duration, _ length: Duration) -> HubStatus {
        let since = now.advanced(by: since)
        return .paused(.init(since: since, until: since.advanced(by: length), length: length))
    }

    @Test(arguments: HubError.Kind.allCases)
    func onlyWhatSpeaksAboutTheHubChangesIt(_ kind: HubError.Kind) {
        let status = HubStatus.available.after(HubError(kind), about: "a", now: now, cap: cap)
        switch kind {
        case .unauthorized, .noToken:
            guard case .suspended(let suspension) = status else {
                Issue.record("not suspended")
                return
            }
            #expect(suspension.reason == kind)
        case .throttled: #expect(status == paused(.zero, HubStatus.standardPause))
        case .forbidden, .connectionFailed, .connectionLost, .timedOut, .tls:
            #expect(status == .failing(.init(reason: kind, alias: "a", count: 1)))
        default: #expect(status == nil)
        }
    }

    /// A gateway may dislike one value; two secrets can't both be wrong.
    @Test func secondSecretThatMeets403SuspendsTheHub() {
        let first = HubStatus.available.after(HubError(.forbidden), about: "a", now: now, cap: cap) ?? .available
        #expect(first.probeAt == nil)
        #expect(first.after(HubError(.forbidden), about: "a", now: now, cap: cap) == nil)
        guard case .suspended(let suspension) = first.after(HubError(.forbidden), about: "b", now: now, cap: cap) else {
            Issue.record("not suspended")
            return
        }
        #expect(suspension.reason == .forbidden)
        #expect(first.afterSuccess == .available)
    }

    @Test func transportFailuresInARowSuspendTheHub() {
        var status = HubStatus.available
        for count in 1..<HubStatus.transportLimit {
            status = status.after(HubError(.timedOut), about: "a\(count)", now: now, cap: cap) ?? .available
            #expect(status == .failing(.init(reason: .timedOut, alias: "a1", count: count)))
        }
        guard case .suspended(let suspension) = status.after(HubError(.connectionLost), about: "b", now: now, cap: cap)
        else {
            Issue.record("not suspended")
            return
        }
        #expect(suspension.reason == .connectionLost)
        // One success between them, and they are no row any more.
        #expect(status.afterSuccess == .available)
    }

    /// Once a probe was let in, the first failure suspends again: it need not be counted anew.
    @Test(arguments: [HubError.Kind.unauthorized, .forbidden, .connectionFailed])
    func failureWhileHalfOpenSuspendsAtOnceAndForLonger(_ kind: HubError.Kind) {
        guard
            case .suspended(let suspension) = HubStatus.halfOpen(.init(probes: 1)).after(
                HubError(kind),
                about: "a",
                now: now,
                cap: cap
            )
        else {
            Issue.record("not suspended")
            return
        }
        #expect(suspension.probes == 2)
    }

    @Test func probesSlowDownUpToAQuarterOfAnHour() {
        var status = HubStatus.available.after(HubError(.unauthorized), about: "a", now: now, cap: cap) ?? .available
        var waits: [Int64] = []
        for _ in 0..<6 {
            status = status.afterProbe(HubError(.unauthorized), now: now, cap: cap)
            guard case .suspended(let suspension) = status else {
                Issue.record("not suspended")
                return
            }
            waits.append(now.duration(to: suspension.probeAt).components.seconds)
        }
        #expect(waits == [120, 240, 480, 900, 900, 900])
    }

    @Test(arguments: [nil, HubError(.forbidden), HubError(.notFound)])
    func probeThatIsLetInEndsTheSuspension(_ error: HubError?) {
        let status = HubStatus.available.after(HubError(.unauthorized), about: "a", now: now, cap: cap) ?? .available
        let after = status.afterProbe(error, now: now, cap: cap)
        #expect(after == .halfOpen(.init(probes: 0)))
        #expect(after.probeAt == nil)
        #expect(after.afterSuccess == .available)
    }

    @Test func hubThatListsButRefusesUpdatesIsTriedMoreAndMoreSeldom() {
        var status = HubStatus.available
        var waits: [Int64] = []
        for _ in 0..<6 {
            status = status.after(HubError(.unauthorized), about: "a", now: now, cap: cap) ?? status
            guard case .suspended(let suspension) = status else {
                Issue.record("not suspended")
                return
            }
            waits.append(now.duration(to: suspension.probeAt).components.seconds)
            status = status.afterProbe(nil, now: now, cap: cap)
        }
        #expect(waits == [60, 120, 240, 480, 900, 900])
    }

    @Test func suspensionAndResumptionAreTold() {
        let suspended = HubStatus.available.after(HubError(.unauthorized), about: "a", now: now, cap: cap) ?? .available
        #expect(HubStatus.entry(from: .available, to: suspended, hub: "h", now: now)?.event == .hubSuspended)
        #expect(HubStatus.entry(from: suspended, to: .available, hub: "h", now: now)?.event == .hubResumed)
        #expect(HubStatus.entry(from: suspended, to: suspended, hub: "h", now: now) == nil)
    }
}
