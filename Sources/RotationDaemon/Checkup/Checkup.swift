import ControlAPI
import Glibc
package import RotationConfiguration
import ValueGenerators

/// Checks everything that the daemon needs, and changes nothing.
///
/// Where the caller may not read a token or key of the daemon, a running daemon answers instead.
package struct Checkup: Sendable {
    let configuration: Configuration
    /// The holder of the lock; nil if it is free.
    let holder: DaemonLock.Holder?

    /// - Throws: `DaemonLock.Failure` if the state of the lock can't be read.
    package init(_ configuration: Configuration) throws(DaemonLock.Failure) {
        self.configuration = configuration
        do {
            holder = try DaemonLock.holder(of: configuration.database)
        } catch .system(_, EACCES) {
            // The socket shows whether a daemon runs.
            holder = nil
        }
    }

    /// Runs all checks.
    ///
    /// - Parameter progress: Called before each check that can take a while.
    package func run(progress: (String) -> Void) async -> [Finding] {
        progress("asking the daemon")
        let daemon = await daemonAnswer()
        var findings = checkConfiguration() + checkDaemon(daemon)
        findings += checkKeys(isDaemonReady: daemon.isAnswering) + checkCopies() + checkNetwork()
        progress("reading the database")
        findings += checkDatabase() + checkDisk() + checkClock()
        findings += checkWrittenFiles() + (await checkReceivers())
        var hubs: [HubAnswer] = []
        for name in configuration.hubs.keys.sorted() {
            progress("asking hub \(name)")
            let (finding, answer) = await checkHub(name, daemon)
            findings.append(finding)
            if let answer { hubs.append(answer) }
        }
        findings += checkSchedules(hubs)
        if let folder = configuration.generatorsSockets {
            progress("asking the plug-ins' units")
            findings += await checkPlugInUnits(PlugInUnits(folder: folder))
        }
        return findings
    }

    // MARK: The daemon

    /// The daemon's answer, if one runs.
    enum DaemonAnswer {
        case none
        case hubs([HubAnswer])
        case failed(ControlFailure)

        var isAnswering: Bool { if case .hubs = self { true } else { false } }
    }

    private func daemonAnswer() async -> DaemonAnswer {
        let timeout = configuration.hubs.values.reduce(Duration.zero) { $0 + $1.timeout * 2 }
        do {
            let client = ControlClient(path: configuration.control)
            return .hubs(try await client.send(ProbeHubs(), value: nil, timeout: timeout))
        } catch let failure as ControlFailure {
            return .failed(failure)
        } catch {
            return .none
        }
    }

    private func checkDaemon(_ answer: DaemonAnswer) -> [Finding] {
        let who = holder?.pid.map { " (pid \($0))" } ?? ""
        switch (answer, holder?.isDaemon ?? false) {
        case (.hubs, _): return [.good("daemon", "answers at \(configuration.control)\(who)")]
        case (.failed(let failure), _):
            let advice = "systemctl status secret-rotator"
            let isRefusal = failure.status == .notPermitted
            return [
                isRefusal ? .warning("daemon", failure.message) : .problem("daemon", failure.message, advice: advice)
            ]
        case (.none, true):
            let text = "runs\(who), but no process listens at \(configuration.control)"
            return [.problem("daemon", text, advice: "use the daemon's own configuration, or wait until it is ready")]
        case (.none, false): return [.good("daemon", "not running")]
        }
    }
}
