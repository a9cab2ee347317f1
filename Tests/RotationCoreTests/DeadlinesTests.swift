import RotationCore
import TestSupport
import Testing

/// Deadlines that share one sleep.
@Suite(.timeLimit(.minutes(1)))
struct DeadlinesTests {
    @Test func cancelledWaitsLeaveOneSleep() async throws {
        let deadlines = Deadlines()
        let waits = (0..<1000).map { _ in Task { await deadlines.wait(until: .now + .seconds(3600)) } }
        try await eventually("all wait") { deadlines.waiting == 1000 }
        for wait in waits { wait.cancel() }
        for wait in waits { await wait.value }
        #expect(deadlines.waiting == 0)
        // A few were early by the order of their starts.
        #expect(deadlines.sleeps < 50)
    }

    @Test func earlierDeadlineIsNotHeldUp() async throws {
        let deadlines = Deadlines()
        let late = Task { await deadlines.wait(until: .now + .seconds(3600)) }
        try await eventually("the late one sleeps") { deadlines.sleeps == 1 }
        let deadline = ContinuousClock.now + .milliseconds(20)
        await deadlines.wait(until: deadline)
        #expect(ContinuousClock.now >= deadline)
        late.cancel()
        await late.value
    }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max)]) func allEndAndNoSleepIsLeft(seed: UInt64) async throws {
        let deadlines = Deadlines()
        var random = SplitMix64(seed: seed)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<500 {
                let (milliseconds, isCancelled) = (Int.random(in: 0..<40, using: &random), Bool.random(using: &random))
                let deadline = ContinuousClock.now + .milliseconds(milliseconds)
                let wait = Task { await deadlines.wait(until: deadline) }
                if isCancelled { wait.cancel() }
                group.addTask {
                    await wait.value
                    #expect(isCancelled || ContinuousClock.now >= deadline)
                }
            }
        }
        try await eventually("no sleep is left") { deadlines.sleeps == 0 }
    }
}
