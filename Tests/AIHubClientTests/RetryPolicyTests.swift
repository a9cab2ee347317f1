import RotationCore
import Testing

struct RetryPolicyTests {
    private let policy = RetryPolicy(base: .seconds(1), cap: .seconds(300), attempts: 8, cycleDelays: [.seconds(5)])

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (5, 16), (9, 256), (10, 300), (11, 300), (64, 300), (.max, 300)])
    func ceilingDoublesUpToTheCap(failures: Int, seconds: Int) {
        let half = policy.delay(afterFailures: failures, fraction: 0.5)
        #expect(half == .milliseconds(seconds * 500))
        let almostAll = policy.delay(afterFailures: failures, fraction: 0.999_999)
        #expect(almostAll < .seconds(seconds) && almostAll > .milliseconds(seconds * 999))
    }

    @Test(arguments: [0, 1, 2, 8, 41, 1000])
    func delayIsNeverZero(failures: Int) {
        #expect(policy.delay(afterFailures: failures, fraction: 0) == .milliseconds(1))
        #expect(policy.delay(afterFailures: failures, fraction: 1e-300) == .milliseconds(1))
    }

    @Test func noFailureCountsAsOne() {
        #expect(policy.delay(afterFailures: 0, fraction: 0.5) == policy.delay(afterFailures: 1, fraction: 0.5))
        #expect(policy.delay(afterFailures: -5, fraction: 0.5) == policy.delay(afterFailures: 1, fraction: 0.5))
    }

    @Test func capBelowBaseHolds() {
        let policy = RetryPolicy(base: .seconds(60), cap: .seconds(10), attempts: 1, cycleDelays: [])
        #expect(policy.delay(afterFailures: 1, fraction: 0.5) == .seconds(5))
    }

    @Test(arguments: [(1, 0.0, 30_001), (1, 0.5, 30_500), (9, 0.5, 31_000), (9, 0.0, 30_001)])
    func retryAfterIsAFloorWithASpread(failures: Int, fraction: Double, milliseconds: Int) {
        let delay = policy.delay(afterFailures: failures, fraction: fraction, floor: .seconds(30))
        #expect(delay == .milliseconds(milliseconds))
    }

    @Test func floorOfZeroStillWaits() {
        #expect(policy.delay(afterFailures: 1, fraction: 0, floor: .zero) == .milliseconds(1))
    }

    @Test(arguments: [
        (0, 5), (1, 5), (2, 15), (3, 30), (4, 60), (5, 120), (6, 240), (7, 360), (8, 360), (.max, 360),
    ])
    func lastCycleDelayRepeats(cycles: Int, minutes: Int) {
        #expect(RetryPolicy.standard.cycleDelay(afterCycles: cycles) == .seconds(minutes * 60))
    }

    @Test func withoutCycleDelaysTheCapIsTheDelay() {
        let policy = RetryPolicy(base: .seconds(1), cap: .seconds(300), attempts: 1, cycleDelays: [])
        #expect(policy.cycleDelay(afterCycles: 3) == .seconds(300))
    }

    @Test func standardIsTheDesigns() {
        let standard = RetryPolicy.standard
        #expect(standard.base == .seconds(1))
        #expect(standard.cap == .seconds(300))
        #expect(standard.attempts == 8)
        #expect(standard.cycleDelays == [5, 15, 30, 60, 120, 240, 360].map { .seconds($0 * 60) })
    }
}
