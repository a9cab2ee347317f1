import AIHubClient
import AuditLog
import RotationEngine
import Scheduling
import Testing

struct HubStatusTests {
    private let now = Instant(milliseconds: 1_000_000)

    @Test(arguments: HubError.Kind.allCases)
    func onlyWhatSpeaksAboutTheHubChangesIt(_ kind: HubError.Kind) {
        let status = HubStatus.available.after(HubError(kind), about: "a", now: now)
        switch kind {
        case .unauthorized, .noToken:
            guard case .suspended(let suspension) = status else {
                Issue.record("not suspended")
                return
            }
            #expect(suspension.reason == kind)
        case .throttled: #expect(status == .paused(until: now.advanced(by: HubStatus.standardPause)))
        case .forbidden, .connectionFailed, .connectionLost, .timedOut, .tls:
            #expect(status == .doubtful(.init(reason: kind, alias: "a", count: 1)))
        default: #expect(status == nil)
        }
    }

    /// A gateway may dislike one value; two secrets can't both be wrong.
    @Test func secondSecretThatMeets403SuspendsTheHub() {
        let first = HubStatus.available.after(HubError(.forbidden), about: "a", now: now) ?? .available
        #expect(first.opensAt(now: now) == nil)
        #expect(first.after(HubError(.forbidden), about: "a", now: now) == nil)
        guard case .suspended(let suspension) = first.after(HubError(.forbidden), about: "b", now: now) else {
            Issue.record("not suspended")
            return
        }
        #expect(suspension.reason == .forbidden)
        #expect(first.afterSuccess == .available)
    }

    @Test func transportFailuresInARowSuspendTheHub() {
        var status = HubStatus.available
        for count in 1..<HubStatus.transportLimit {
            status = status.after(HubError(.timedOut), about: "a\(count)", now: now) ?? .available
            #expect(status == .doubtful(.init(reason: .timedOut, alias: "a1", count: count)))
        }
        guard case .suspended(let suspension) = status.after(HubError(.connectionLost), about: "b", now: now) else {
            Issue.record("not suspended")
            return
        }
        #expect(suspension.reason == .connectionLost)
        // One success between them, and they are no row any more.
        #expect(status.afterSuccess == .available)
    }

    /// Once a probe was let in, the first failure suspends again: it need not be counted anew.
    @Test(arguments: [HubError.Kind.unauthorized, .forbidden, .connectionFailed])
    func failureOnProbationSuspendsAtOnceAndForLonger(_ kind: HubError.Kind) {
        guard
            case .suspended(let suspension) = HubStatus.onProbation(probes: 1).after(
                HubError(kind),
                about: "a",
                now: now
            )
        else {
            Issue.record("not suspended")
            return
        }
        #expect(suspension.probes == 2)
    }

    @Test func retryAfterSetsThePauseAndALongerPauseStays() {
        let error = HubError(.throttled, retryAfter: .seconds(90))
        let paused = HubStatus.available.after(error, about: "a", now: now)
        #expect(paused == .paused(until: now.advanced(by: .seconds(90))))
        #expect(paused?.after(HubError(.throttled), about: "a", now: now) == nil)
        #expect(paused?.opensAt(now: now) == now.advanced(by: .seconds(90)))
        #expect(paused?.opensAt(now: now.advanced(by: .seconds(90))) == nil)
    }

    @Test func probesSlowDownUpToAQuarterOfAnHour() {
        var status = HubStatus.available.after(HubError(.unauthorized), about: "a", now: now) ?? .available
        var waits: [Int64] = []
        for _ in 0..<6 {
            status = status.afterProbe(HubError(.unauthorized), now: now)
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
        let status = HubStatus.available.after(HubError(.unauthorized), about: "a", now: now) ?? .available
        let after = status.afterProbe(error, now: now)
        #expect(after == .onProbation(probes: 0))
        #expect(after.opensAt(now: now) == nil)
        #expect(after.afterSuccess == .available)
    }

    @Test func hubThatListsButRefusesUpdatesIsTriedMoreAndMoreSeldom() {
        var status = HubStatus.available
        var waits: [Int64] = []
        for _ in 0..<6 {
            status = status.after(HubError(.unauthorized), about: "a", now: now) ?? status
            guard case .suspended(let suspension) = status else {
                Issue.record("not suspended")
                return
            }
            waits.append(now.duration(to: suspension.probeAt).components.seconds)
            status = status.afterProbe(nil, now: now)
        }
        #expect(waits == [60, 120, 240, 480, 900, 900])
    }

    @Test func suspensionAndResumptionAreTold() {
        let suspended = HubStatus.available.after(HubError(.unauthorized), about: "a", now: now) ?? .available
        #expect(HubStatus.entry(from: .available, to: suspended, hub: "h", now: now)?.event == .hubSuspended)
        #expect(HubStatus.entry(from: suspended, to: .available, hub: "h", now: now)?.event == .hubResumed)
        #expect(HubStatus.entry(from: suspended, to: suspended, hub: "h", now: now) == nil)
    }
}
