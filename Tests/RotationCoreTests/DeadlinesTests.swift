import RotationCore
import TestSupport
import Testing

/// Deadlines that share one sleep.
@Suite(.timeLimit(.minutes(1)))
struct DeadlinesTests {
    @Test func cancelledWaitsLeaveOneSleep() async throws {
        let deadlines = Deadlines()
        for _ in 0..<1000 {
            let wait = Task { await deadlines.wait(until: .now + .seconds(3600)) }
            wait.cancel()
            await wait.value
        }
        let last = Task { await deadlines.wait(until: .now + .seconds(3600)) }
        try await eventually("the last one sleeps") { deadlines.sleeps == 1 }
        last.cancel()
        await last.value
        #expect(deadlines.sleeps == 1)
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
