import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing

/// By which entries a start notices that the clock was set while nobody recorded it.
struct ClockAtStartTests {
    /// An entry was written after the clock was set back, and then the daemon died before it had recorded the step.
    @Test func entryAfterAStepDoesNotHideIt() async throws {
        try await StoreFixture.with { fixture async throws in
            let (now, ahead) = (fixture.clock.now, fixture.clock.now.advanced(by: .seconds(400 * 86_400)))
            for time in [ahead, now] {
                try await fixture.store.append(
                    AuditEntry(Audit.DaemonStarted(pid: 1, landlock: 0), time: time.rfc3339, actor: .daemon)
                )
            }
            #expect(try await fixture.store.latestEntryTime() == ahead)
            try await fixture.store.adjustForClockStep(
                ahead.duration(to: now),
                now: now,
                farthest: .seconds(86_400),
                longestHolds: [:]
            )
            #expect(try await fixture.store.latestEntryTime() == now)
        }
    }

    /// A step that was recorded is not met again at each start.
    @Test func stepThatWasRecordedIsOver() async throws {
        try await StoreFixture.with { fixture async throws in
            let now = fixture.clock.now
            let later = now.advanced(by: .seconds(60))
            try await fixture.store.adjustForClockStep(
                .seconds(-3600),
                now: now,
                farthest: .seconds(86_400),
                longestHolds: [:]
            )
            try await fixture.store.append(AuditEntry(Audit.DaemonStopped(), time: later.rfc3339, actor: .daemon))
            #expect(try await fixture.store.latestEntryTime() == later)
        }
    }
}
