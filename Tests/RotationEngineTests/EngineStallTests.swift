import RotationCore
import RotationEngine
import Synchronization
import TestSupport
import Testing

/// An engine that does not move is seen without its help.
@Suite(.timeLimit(.minutes(5)))
struct EngineStallTests {
    /// Holds whoever comes, until it is opened.
    private final class Gate: Sendable {
        private let state = Mutex<(isOpen: Bool, held: [CheckedContinuation<Void, Never>])>((false, []))

        func wait() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.held.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        var isHolding: Bool { state.withLock { !$0.held.isEmpty } }

        func open() {
            let held = state.withLock { state in
                state.isOpen = true
                defer { state.held = [] }
                return state.held
            }
            for each in held { each.resume() }
        }
    }

    private static let second = Duration.seconds(1)

    @Test func passThatDoesNotEndIsAStall() async throws {
        try await EngineWorld.with("a") { world in
            let (progress, gate) = (world.engine.progress, Gate())
            world.hub.scriptLists(HubError(.unauthorized, status: 401))
            world.hub.setTokenLook { await gate.wait() }
            try world.request("a")
            try await eventually("a pass hangs") { gate.isHolding }
            let now = progress.now
            #expect(progress.begun == progress.ended + 1)
            #expect(progress.stall(now: now + PassProgress.longestPass / 2) == nil)
            #expect(progress.stall(now: now + PassProgress.longestPass + Self.second) != nil)
            gate.open()
            try await eventually("it has ended") { progress.begun == progress.ended }
            // Now it rests, which may take longer.
            #expect(progress.stall(now: progress.now + PassProgress.longestPass + Self.second) == nil)
            #expect(progress.rest != nil)
        }
    }

    @Test func engineThatNothingWakesIsAStallAndOneThatHasEndedIsNone() async throws {
        let ended = Mutex<PassProgress?>(nil)
        try await EngineWorld.with("a") { world in
            let progress = world.engine.progress
            ended.withLock { $0 = progress }
            try await eventually("it has looked") { progress.ended > 0 && progress.begun == progress.ended }
            #expect(progress.stall(now: progress.now + PassProgress.longestRest / 2) == nil)
            #expect(progress.stall(now: progress.now + PassProgress.longestRest + Self.second) != nil)
        }
        let progress = try #require(ended.withLock { $0 })
        #expect(progress.stall(now: progress.now + .seconds(24 * 3600)) == nil)
        #expect(PassProgress().stall(now: .seconds(24 * 3600)) == nil)
    }
}
