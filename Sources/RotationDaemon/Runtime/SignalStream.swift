import Dispatch
import Glibc

/// The signals that the daemon handles, besides those that stop it.
package enum DaemonSignal: Sendable, CaseIterable {
    /// HUP: reload configuration and tokens.
    case reload
    /// USR1: rotate.
    case rotate

    /// The signal's number.
    package var number: Int32 {
        switch self {
        case .reload: SIGHUP
        case .rotate: SIGUSR1
        }
    }

    /// Ignores the default action of these signals, which ends the process; call this first.
    package static func ignoreDefaults() {
        for each in allCases { signal(each.number, SIG_IGN) }
        // The reader of standard error may exit; the daemon must survive that.
        signal(SIGPIPE, SIG_IGN)
        // The kernel sends SIGIO when a process opens a file on which the auditors' copy holds a lease; its default
        // action ends the process.
        signal(SIGIO, SIG_IGN)
    }

    /// A signal's arrivals; several quick ones may be one element.
    ///
    /// - Parameter onReady: Called once the signal is watched; from then on none is lost.
    package func stream(onReady: @escaping @Sendable () -> Void) -> AsyncStream<Void> {
        makeSignalStream(number, onReady: onReady)
    }
}

/// Guard of `@unchecked Sendable`: the reference never changes, and a Dispatch source may be cancelled from any thread.
private struct WatchedSignal: @unchecked Sendable {
    let source: any DispatchSourceSignal
}

/// A free function, so that the handlers capture only its parameters: a handler that captures actor state compiles, and
/// crashes when it fires.
private func makeSignalStream(_ number: Int32, onReady: @escaping @Sendable () -> Void) -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
        let queue = DispatchQueue(label: "secret-rotator.signal.\(number)")
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { @Sendable in continuation.yield() }
        source.setRegistrationHandler { @Sendable in onReady() }
        let watched = WatchedSignal(source: source)
        continuation.onTermination = { @Sendable _ in watched.source.cancel() }
        source.activate()
    }
}
