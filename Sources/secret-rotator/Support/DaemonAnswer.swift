import ControlAPI
import Glibc
import RotationConfiguration
import RotationDaemon

/// The result of asking the daemon for its health at the control socket.
enum DaemonAnswer {
    /// The daemon answers with its health.
    case health(DaemonHealth)
    /// The daemon runs, but the caller has no right to ask.
    case refused
    /// The daemon accepts connections, but does not answer.
    case silent
    /// No process listens: the daemon is not running, or not ready yet.
    case none
    /// The caller may not connect to the socket.
    case notPermitted(ControlFailure)

    /// Asks the daemon.
    ///
    /// It does not touch the lock, because that could keep a daemon from starting.
    static func ask(_ configuration: Configuration) async throws -> DaemonAnswer {
        do {
            return .health(try await ControlClient(path: configuration.control).send(Ping()))
        } catch is ControlClient.Unreachable {
            return .none
        } catch let failure as ControlFailure where failure.status == .unavailable {
            return .silent
        } catch let failure as ControlFailure where failure.status == .notPermitted {
            return access(configuration.control, W_OK) == 0 ? .refused : .notPermitted(failure)
        }
    }

    /// The daemon's state as one word.
    var state: String {
        switch self {
        // A daemon that reports no role is older than this command; it opened its socket when it was ready.
        case .health(let health): (health.role ?? .ready).rawValue
        case .refused: "running"
        case .silent: "hanging"
        case .none: "stopped"
        case .notPermitted: "unknown"
        }
    }

    /// The health that the daemon reports; empty if it does not answer.
    var health: DaemonHealth {
        if case .health(let health) = self { health } else { DaemonHealth() }
    }

    /// Whether a daemon is known to run.
    var isRunning: Bool {
        switch self {
        case .health, .refused, .silent: true
        case .none, .notPermitted: false
        }
    }

    /// Throws the error of `status` unless a daemon is ready.
    func requireReady(at socket: String) throws(ControlFailure) {
        let advice = "systemctl status secret-rotator, or secret-rotator daemon"
        switch self {
        case .refused: return
        case .health(let health) where (health.role ?? .ready) == .ready: return
        case .health, .silent:
            throw ControlFailure(status: .unavailable, message: "the daemon is \(state): \(advice)")
        case .none:
            let message = "the daemon is stopped, or not ready yet: no process listens at \(socket): \(advice)"
            throw ControlFailure(status: .unavailable, message: message)
        case .notPermitted(let failure): throw failure
        }
    }
}
