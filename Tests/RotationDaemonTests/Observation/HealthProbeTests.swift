import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// Whether the engine makes progress, as the watchdog judges it.
@Suite(.timeLimit(.minutes(1)))
struct HealthProbeTests {
    @Test func answerMeansAlive() async {
        #expect(await HealthProbe(Liveness(stall: { nil }, answer: {})).isAlive())
    }

    @Test func stalledEngineIsNotAlive() async {
        #expect(await !HealthProbe(Liveness(stall: { .seconds(200) }, answer: {})).isAlive())
    }

    @Test func failedAnswerIsNotAlive() async {
        let probe = HealthProbe(Liveness(stall: { nil }, answer: { throw CancellationError() }))
        #expect(await !probe.isAlive())
    }

    /// Nobody waits for what hangs, and it is asked once.
    @Test func hangingAnswerIsNotAlive() async throws {
        let (end, continuation) = AsyncStream.makeStream(of: Void.self)
        let asked = Mutex(0)
        let liveness = Liveness(stall: { nil }) {
            asked.withLock { $0 += 1 }
            for await _ in end {}
        }
        let probe = HealthProbe(liveness, limit: .milliseconds(20))
        for _ in 0..<5 { #expect(await !probe.isAlive()) }
        #expect(asked.withLock { $0 } == 1)
        continuation.finish()
        try await eventually("it is alive again") { await probe.isAlive() }
        #expect(await probe.isAlive())
        #expect(asked.withLock { $0 } >= 2)
    }
}
