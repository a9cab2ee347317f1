import Foundation
import RotationCore
import RotationEngine
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// When a sign of life is sent.
@Suite(.timeLimit(.minutes(5)))
struct HeartbeatTests {
    /// A daemon that may hang, and a receiver that may fail.
    private final class Patient: Sendable {
        struct State {
            var stall: Duration?
            var storageProblem: String?
            var doesNotAnswer = false
            var receiverFails = false
            var asked = 0
            var sent = 0
            var hangs = false
            var hanging: [CheckedContinuation<Void, Never>] = []
        }

        private struct Fault: Error {}

        let state = Mutex(State())
        let log = LogSink()
        private let ticks: AsyncStream<Void>
        private let clock: AsyncStream<Void>.Continuation

        init() {
            (ticks, clock) = AsyncStream.makeStream(of: Void.self)
        }

        var asked: Int { state.withLock { $0.asked } }
        var sent: Int { state.withLock { $0.sent } }

        func tick() { clock.yield() }

        /// Ticks until a condition holds.
        func ticking(_ what: String, _ condition: () -> Bool) async throws {
            try await eventually(what) {
                tick()
                return condition()
            }
        }

        /// The judgement of this daemon.
        private var liveness: Liveness {
            Liveness(
                stall: { [self] in state.withLock { $0.stall } },
                answer: { [self] in
                    await answer()
                    if state.withLock({ $0.doesNotAnswer }) { throw Fault() }
                }
            )
        }

        /// Runs a heartbeat while a closure runs.
        ///
        /// - Parameters:
        ///   - liveness: The judgement of another daemon; this one's if not given.
        ///   - sendsFirst: Whether one is sent at once.
        func beating(
            _ liveness: Liveness? = nil,
            sendsFirst: Bool = false,
            _ body: () async throws -> Void
        ) async throws {
            let heartbeat = Heartbeat(
                .init(
                    liveness: liveness ?? self.liveness,
                    storageProblem: { [self] in state.withLock { $0.storageProblem } },
                    send: { [self] in
                        if state.withLock({ $0.receiverFails }) { throw Fault() }
                        state.withLock { $0.sent += 1 }
                    },
                    logger: log.logger
                )
            )
            let running = Task { [ticks] in try await heartbeat.run(ticks: ticks, sendsFirst: sendsFirst) }
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            clock.finish()
            // Although one may hang.
            try await running.value
            try result.get()
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

        func recover() {
            let hanging = state.withLock { state in
                state.hangs = false
                defer { state.hanging = [] }
                return state.hanging
            }
            for each in hanging { each.resume() }
        }
    }

    @Test func daemonThatMovesSendsIt() async throws {
        let patient = Patient()
        try await patient.beating { try await patient.ticking("three are sent") { patient.sent >= 3 } }
        #expect(patient.log.lines.allSatisfy { !$0.contains("no heartbeat") })
    }

    @Test func firstOneNeedsNoTick() async throws {
        let patient = Patient()
        try await patient.beating(sendsFirst: true) { try await eventually("it is sent") { patient.sent == 1 } }
    }

    private typealias State = Patient.State
    private static let troubles: [(name: String, put: @Sendable (inout State, Bool) -> Void)] = [
        ("the engine has made no progress", { $0.stall = $1 ? .seconds(121) : nil }),
        ("the disk is full", { $0.storageProblem = $1 ? "the disk is full" : nil }),
        ("engine or store do not answer", { $0.doesNotAnswer = $1 }),
        ("Fault()", { $0.receiverFails = $1 }),
    ]

    @Test(arguments: troubles.indices)
    func troubleIsToldByItsAbsence(index: Int) async throws {
        let patient = Patient()
        let trouble = Self.troubles[index]
        try await patient.beating {
            patient.state.withLock { trouble.put(&$0, true) }
            // Each question comes after the decision about the one before.
            try await patient.ticking("it was looked at again and again") { patient.asked >= 3 }
            #expect(patient.sent == 0)
            patient.state.withLock { trouble.put(&$0, false) }
            try await patient.ticking("it is sent again") { patient.sent >= 1 }
        }
        #expect(patient.log.lines.count { $0.contains("no heartbeat is sent: \(trouble.name)") } == 1)
        #expect(patient.log.lines.contains { $0.contains("heartbeats are sent again") })
    }

    @Test func daemonThatHangsSendsNothingAndIsNotWaitedFor() async throws {
        let patient = Patient()
        patient.state.withLock { $0.hangs = true }
        try await patient.beating {
            try await patient.ticking("the log says so") { !patient.log.lines.isEmpty }
        }
        #expect(patient.asked == 1 && patient.sent == 0)
        #expect(patient.log.lines.count == 1)
        patient.recover()
    }

    /// A pass of a real engine hangs while the engine answers; the clock skips the time until that is a stall.
    @Test func passThatHangsEndsTheHeartbeats() async throws {
        try await EngineWorld.with("a") { world in
            let (progress, patient) = (world.engine.progress, Patient())
            let (end, continuation) = AsyncStream.makeStream(of: Void.self)
            let isHanging = Mutex(false)
            let asked = Mutex(0)
            world.hub.scriptLists(HubError(.unauthorized, status: 401))
            // Otherwise a failure would leave the engine hanging.
            defer { continuation.finish() }
            world.hub.setTokenLook {
                isHanging.withLock { $0 = true }
                for await _ in end {}
            }
            let liveness = Liveness(
                stall: { progress.stall(now: progress.now + PassProgress.longestPass + .seconds(1)) },
                answer: { [engine = world.engine] in
                    asked.withLock { $0 += 1 }
                    await engine.heartbeat()
                }
            )
            try await patient.beating(liveness) {
                // An engine at rest may be silent for longer.
                try await patient.ticking("an engine at rest is alive") { patient.sent >= 1 }
                try world.request("a")
                try await patient.ticking("the pass hangs") { isHanging.withLock { $0 } }
                try await patient.ticking("the log says so") {
                    patient.log.lines.contains { $0.contains("no heartbeat is sent: the engine has made no progress") }
                }
                let (sent, answers) = (patient.sent, asked.withLock { $0 })
                // Each question comes after the decision about the one before.
                try await patient.ticking("it is asked again and again") { asked.withLock { $0 } >= answers + 3 }
                #expect(patient.sent == sent)
                continuation.finish()
                try await patient.ticking("they are sent again") { patient.sent > sent }
            }
            #expect(patient.log.lines.contains { $0.contains("heartbeats are sent again") })
        }
    }

    @Test func fileIsMadeAndItsTimeSet() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("alive")
            try Heartbeat.touch(path)
            let old = Date(timeIntervalSince1970: 1000)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
            try Heartbeat.touch(path)
            let time = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
            #expect(time.map { $0.timeIntervalSinceNow > -60 } == true)
            #expect(throws: FileFailure.self) { try Heartbeat.touch(folder.file("no/alive")) }
        }
    }
}
