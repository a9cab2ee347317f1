import Glibc
import RotationDaemon
import Testing

/// Real signals, each test in a process of its own: what a process does with a signal is for all of its threads.
@Suite(.timeLimit(.minutes(5)))
struct DaemonSignalTests {
    @Test(arguments: [(DaemonSignal.reload, SIGHUP), (.rotate, SIGUSR1)])
    func signalHasItsNumber(signal: DaemonSignal, number: Int32) {
        #expect(signal.number == number)
    }

    @Test func signalArrivesOnceItIsWatched() async {
        await #expect(processExitsWith: .success) {
            alarm(60)
            DaemonSignal.ignoreDefaults()
            for signal in DaemonSignal.allCases {
                let arrivals = await watched(signal)
                for _ in 0..<3 {
                    kill(getpid(), signal.number)
                    if await !hasArrival(arrivals) { exit(EXIT_FAILURE) }
                }
            }
        }
    }

    /// One that waits does not swallow another's.
    @Test func signalsAreToldApart() async {
        await #expect(processExitsWith: .success) {
            alarm(60)
            DaemonSignal.ignoreDefaults()
            let (reloads, rotations) = (await watched(.reload), await watched(.rotate))
            kill(getpid(), SIGUSR1)
            if await !hasArrival(rotations) { exit(EXIT_FAILURE) }
            kill(getpid(), SIGHUP)
            if await !hasArrival(reloads) { exit(EXIT_FAILURE) }
        }
    }

    /// A signal means "look again", never "one more": many quick ones may be one element, but never none.
    @Test func quickSignalsCoalesce() async {
        await #expect(processExitsWith: .success) {
            alarm(60)
            DaemonSignal.ignoreDefaults()
            let arrivals = await watched(.rotate)
            for _ in 0..<100 { kill(getpid(), SIGUSR1) }
            if await !hasArrival(arrivals) { exit(EXIT_FAILURE) }
        }
    }

    @Test func unwatchedSignalsAreSurvived() async {
        await #expect(processExitsWith: .success) {
            DaemonSignal.ignoreDefaults()
            for signal in DaemonSignal.allCases { kill(getpid(), signal.number) }
        }
    }
}

/// A signal's arrivals, once it is watched.
private func watched(_ signal: DaemonSignal) async -> AsyncStream<Void> {
    let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
    let arrivals = signal.stream { continuation.finish() }
    for await _ in ready {}
    return arrivals
}

private func hasArrival(_ arrivals: AsyncStream<Void>) async -> Bool {
    for await _ in arrivals { return true }
    return false
}
