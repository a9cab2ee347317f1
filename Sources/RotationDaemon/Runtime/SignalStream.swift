import Dispatch
import Glibc

/// The signals that mean something to the daemon, besides those that stop it.
package enum DaemonSignal: Sendable, CaseIterable {
    /// HUP: read configuration and tokens again.
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

    /// Makes the process survive these signals; call it before anything else.
    package static func ignoreDefaults() {
        for each in allCases { signal(each.number, SIG_IGN) }
        // Who reads standard error may go away; the daemon stays.
        signal(SIGPIPE, SIG_IGN)
        // Sent where a file is opened on which the auditors' copy holds a lease, for a moment: it would end the process.
        signal(SIGIO, SIG_IGN)
    }

    /// A signal's arrivals; several quick ones may be one element.
    ///
    /// - Parameter onReady: Called once the signal is watched: none is missed from then on.
    package func stream(onReady: @escaping @Sendable () -> Void) -> AsyncStream<Void> {
        makeSignalStream(number, onReady: onReady)
    }
}

/// Guard of `@unchecked Sendable`: the reference never changes, and a Dispatch source may be cancelled from any thread.
private struct WatchedSignal: @unchecked Sendable {
    let source: any DispatchSourceSignal
}

/// A free function, so that the handlers can capture nothing but what they are given: one that captured actor state
/// would compile, and crash when it fires.
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
