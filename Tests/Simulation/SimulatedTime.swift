import RotationCore
import Scheduling
import Synchronization

/// The time of a simulation: it stands still until it is moved to the next thing that happens.
final class SimulatedTime: Clock {
    private struct Timer {
        var at: Duration
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Instant
        var uptime = Duration.seconds(1000)
        var isSynchronised = true
        var wasSetBack = false
        var timers: [Timer] = []
        var events: [(at: Duration, body: @Sendable () -> Void)] = []
    }

    private let state: Mutex<State>

    init(now: Instant) {
        state = Mutex(State(now: now))
    }

    var now: Instant { state.withLock { $0.now } }
    var uptime: Duration { state.withLock { $0.uptime } }
    var isSynchronised: Bool { state.withLock { $0.isSynchronised } }

    /// Sets the real time; what takes time goes on as before.
    func step(by step: Duration, isSynchronised: Bool) {
        state.withLock { state in
            state.now = state.now.advanced(by: step)
            state.isSynchronised = isSynchronised
            if step < .zero { state.wasSetBack = true }
        }
    }

    /// Whether the real time was ever set back: only then can there be entries of the future.
    var wasSetBack: Bool { state.withLock { $0.wasSetBack } }

    func synchronise() {
        state.withLock { $0.isSynchronised = true }
    }

    /// Returns when so much time has passed.
    func sleep(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.timers.append(Timer(at: $0.uptime + duration, continuation: continuation)) }
        }
    }

    /// Has something happen when so much time has passed, whoever is alive then.
    func after(_ duration: Duration, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.events.append(($0.uptime + duration, body)) }
    }

    /// How long until something happens by itself; nil for never.
    var untilNext: Duration? {
        state.withLock { state in
            let (timer, event) = (state.timers.lazy.map(\.at).min(), state.events.lazy.map(\.at).min())
            guard let next = timer.map({ min($0, event ?? $0) }) ?? event else { return nil }
            return max(.zero, next - state.uptime)
        }
    }

    /// Lets time pass, and what is due happen.
    func advance(by duration: Duration) {
        let (timers, events) = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            state.uptime += duration
            let due = state.timers.filter { $0.at <= state.uptime }
            if !due.isEmpty { state.timers.removeAll { $0.at <= state.uptime } }
            let dueEvents = state.events.filter { $0.at <= state.uptime }
            if !dueEvents.isEmpty { state.events.removeAll { $0.at <= state.uptime } }
            return (due, dueEvents)
        }
        for event in events.sorted(by: { $0.at < $1.at }) { event.body() }
        for timer in timers { timer.continuation.resume() }
    }
}

/// The engine's alarm in a simulation.
final class SimulatedAlarm: Alarm {
    private let state = Mutex<Instant?>(nil)

    init() {}

    func set(_ instant: Instant?) { state.withLock { $0 = instant } }

    /// What it was last set to.
    var instant: Instant? { state.withLock { $0 } }
}
