import AIHubClient
import AuditLog
import RotationEngine
import Scheduling
import Testing

struct HubStatusTests {
    private let now = Instant(milliseconds: 1_000_000)

    @Test(arguments: HubError.Kind.allCases)
    func onlyWhatSpeaksAboutTheHubChangesIt(_ kind: HubError.Kind) {
        let status = HubStatus.available.after(HubError(kind), now: now)
        switch kind {
        case .unauthorized, .noToken:
            guard case .suspended(let suspension) = status else {
                Issue.record("not suspended")
                return
            }
            #expect(suspension.reason == kind)
        case .throttled: #expect(status == .paused(until: now.advanced(by: HubStatus.standardPause)))
        default: #expect(status == nil)
        }
    }

    @Test func retryAfterSetsThePauseAndALongerPauseStays() {
        let error = HubError(.throttled, retryAfter: .seconds(90))
        let paused = HubStatus.available.after(error, now: now)
        #expect(paused == .paused(until: now.advanced(by: .seconds(90))))
        #expect(paused?.after(HubError(.throttled), now: now) == nil)
        #expect(paused?.opensAt(now: now) == now.advanced(by: .seconds(90)))
        #expect(paused?.opensAt(now: now.advanced(by: .seconds(90))) == nil)
    }

    @Test func probesSlowDownUpToAQuarterOfAnHour() {
        var status = HubStatus.available.after(HubError(.unauthorized), now: now) ?? .available
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
        let status = HubStatus.available.after(HubError(.unauthorized), now: now) ?? .available
        let after = status.afterProbe(error, now: now)
        #expect(after == .onProbation(probes: 0))
        #expect(after.opensAt(now: now) == nil)
        #expect(after.afterSuccess == .available)
    }

    @Test func hubThatListsButRefusesUpdatesIsTriedMoreAndMoreSeldom() {
        var status = HubStatus.available
        var waits: [Int64] = []
        for _ in 0..<6 {
            status = status.after(HubError(.unauthorized), now: now) ?? status
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
        let suspended = HubStatus.available.after(HubError(.unauthorized), now: now) ?? .available
        #expect(HubStatus.entry(from: .available, to: suspended, hub: "h", now: now)?.event == .hubSuspended)
        #expect(HubStatus.entry(from: suspended, to: .available, hub: "h", now: now)?.event == .hubResumed)
        #expect(HubStatus.entry(from: suspended, to: suspended, hub: "h", now: now) == nil)
    }
}
