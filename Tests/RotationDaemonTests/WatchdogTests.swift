import Logging
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// When systemd is told that the daemon is alive.
@Suite(.timeLimit(.minutes(5)))
struct WatchdogTests {
    /// A daemon that may hang.
    private final class Patient: Sendable {
        struct State {
            var stall: Duration?
            var asked = 0
            var told = 0
            var hangs = false
            var hanging: [CheckedContinuation<Void, Never>] = []
        }

        let state = Mutex(State())
        let log = LogSink()
        private let ticks: AsyncStream<Void>
        private let clock: AsyncStream<Void>.Continuation

        init() {
            (ticks, clock) = AsyncStream.makeStream(of: Void.self)
        }

        var asked: Int { state.withLock { $0.asked } }
        var told: Int { state.withLock { $0.told } }

        func tick() { clock.yield() }

        /// Runs a watchdog while a closure runs.
        func watched(_ body: () async throws -> Void) async throws {
            let watchdog = Watchdog(
                .init(
                    liveness: Liveness(
                        stall: { [self] in state.withLock { $0.stall } },
                        answer: { [self] in await answer() }
                    ),
                    notify: { [self] in state.withLock { $0.told += 1 } },
                    logger: log.logger
                )
            )
            let running = Task { [ticks] in try await watchdog.run(ticks: ticks) }
            do { try await body() } catch {
                clock.finish()
                throw error
            }
            clock.finish()
            // Although an answer may hang.
            try await running.value
        }

        private func answer() async {
            await withCheckedContinuation { continuation in
                let hangs = state.withLock { state in
                    state.asked += 1
                    if state.hangs { state.hanging.append(continuation) }
                    return state.hangs
                }
                if !hangs { continuation.resume() }
            }
        }

        /// Answers what has been asked, and all that comes.
        func recover() {
            let hanging = state.withLock { state in
                state.hangs = false
                defer { state.hanging = [] }
                return state.hanging
            }
            for each in hanging { each.resume() }
        }
    }

    @Test func daemonThatMovesIsTold() async throws {
        let patient = Patient()
        try await patient.watched {
            for count in 1...3 {
                patient.tick()
                try await eventually("systemd is told") { patient.told >= count }
            }
        }
        #expect(patient.log.lines.allSatisfy { !$0.contains("has made no progress") })
    }

    @Test func engineThatDoesNotMoveIsNotToldThoughItAnswers() async throws {
        let patient = Patient()
        try await patient.watched {
            patient.state.withLock { $0.stall = .seconds(121) }
            patient.tick()
            try await eventually("the log says so") { !patient.log.lines.isEmpty }
            // Each question comes after the decision about the answer before.
            try await eventually("it was asked again and again") {
                patient.tick()
                return patient.asked >= 3
            }
            #expect(patient.told == 0)
            patient.state.withLock { $0.stall = nil }
            try await eventually("systemd is told") {
                patient.tick()
                return patient.told >= 1
            }
        }
        #expect(patient.log.lines.first?.contains("critical the engine has made no progress for") == true)
        #expect(patient.log.lines.count { $0.contains("has made no progress") } == 1)
    }

    @Test func answerThatHangsIsNotToldNorRepeatedNorWaitedFor() async throws {
        let patient = Patient()
        patient.state.withLock { $0.hangs = true }
        try await patient.watched {
            patient.tick()
            try await eventually("the log says so") {
                patient.tick()
                return !patient.log.lines.isEmpty
            }
        }
        #expect(patient.asked == 1 && patient.told == 0)
        #expect(patient.log.lines.count == 1)
        #expect(patient.log.lines.allSatisfy { $0.contains("critical engine or store do not answer") })
        patient.recover()
    }
}
