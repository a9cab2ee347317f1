import Reporting
import RotationCore
import RotationStore
import Scheduling
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// What is observed of the stream and of the history.
@Suite(.timeLimit(.minutes(2)))
struct ObserverTests {
    private final class World: Sendable {
        let clock = ManualClock()
        let stream: CommitStream
        let reads = Mutex(0)
        let seeds = Mutex(0)

        init(capacity: Int = 100) { stream = CommitStream(position: 0, capacity: capacity) }

        /// - Parameter readTime: How long a read of the history takes.
        func observer(readTime: Duration = .zero) -> Observer {
            Observer(
                .init(
                    stream: stream,
                    read: { [self] _, _ in
                        reads.withLock { $0 += 1 }
                        clock.advance(by: readTime)
                        return .init(figures: HistoryFigures(), problems: [])
                    },
                    seed: { [self] in
                        seeds.withLock { $0 += 1 }
                        return .init(open: [])
                    },
                    pulse: { .init(hubs: ["h"]) },
                    clock: clock,
                    host: "host",
                    version: "1"
                )
            )
        }
    }

    private static func entry(_ seq: Int64) -> Commit.Entry {
        let line = """
            {"actor":{"kind":"daemon"},"alias":"a","event":"rotation.succeeded","hub":"h",\
            "rotation":"01a05a43-fc00-7000-8000-0000000000\(seq)","seq":\(seq),"time":"2026-09-01T00:00:00Z","trigger":"schedule"}
            """
        return .init(seq: seq, line: line)
    }

    private static func commit(_ number: Int64, _ seq: Int64) -> Commit {
        var changes = Commit.Changes()
        changes.entries = [entry(seq)]
        return Commit(number: number, changes: changes)
    }

    /// However many ask, the history is read once in 15 seconds; and more rarely if a read takes long.
    @Test func historyIsReadRarely() async throws {
        let world = World()
        let observer = world.observer(readTime: .seconds(2))
        for _ in 0..<10 { _ = await observer.observe() }
        #expect(world.reads.withLock { $0 } == 1)
        world.clock.advance(by: .seconds(39))
        _ = await observer.observe()
        #expect(world.reads.withLock { $0 } == 1)
        world.clock.advance(by: .seconds(1))
        _ = await observer.observe()
        #expect(world.reads.withLock { $0 } == 2)
        let quick = World()
        let other = quick.observer()
        _ = await other.observe()
        quick.clock.advance(by: .seconds(15) - .milliseconds(1))
        _ = await other.observe()
        #expect(quick.reads.withLock { $0 } == 1)
        quick.clock.advance(by: .milliseconds(1))
        _ = await other.observe()
        #expect(quick.reads.withLock { $0 } == 2)
    }

    /// What is committed is counted, and announced.
    @Test func commitsAreCounted() async throws {
        let world = World()
        let observer = world.observer()
        let running = Task { await observer.run() }
        try await eventually("it follows") { world.seeds.withLock { $0 } == 1 }
        let before = observer.changes.position
        world.stream.publish(Self.commit(1, 10))
        world.stream.publish(Self.commit(2, 11))
        try await eventually("both are counted") { await observer.observe().headSeq == 11 }
        let observation = await observer.observe()
        #expect(observation.live.recent.count == 2)
        #expect(Exposition.text(observation.metrics).contains("outcome=\"succeeded\",trigger=\"schedule\"} 2\n"))
        #expect(observer.changes.position > before)
        world.stream.end()
        await running.value
    }

    /// A gap in the stream is told, and what it continues is read again.
    @Test func gapIsTold() async throws {
        let world = World()
        let observer = world.observer()
        let running = Task { await observer.run() }
        try await eventually("it follows") { world.seeds.withLock { $0 } == 1 }
        world.stream.publish(Self.commit(5, 10))
        // Only the newest is kept after a gap.
        try await eventually("it reads again") { await observer.observe().gaps == 1 }
        try await eventually("it is seeded again") { world.seeds.withLock { $0 } == 2 }
        world.stream.end()
        await running.value
    }
}
