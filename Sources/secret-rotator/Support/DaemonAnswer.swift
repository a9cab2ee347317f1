import ControlAPI
import Glibc
import RotationConfiguration
import RotationDaemon

/// What comes of asking a daemon how it is, at its control socket.
enum DaemonAnswer {
    /// It answers.
    case health(DaemonHealth)
    /// It answers that the caller may not ask, so it runs.
    case refused
    /// It takes connections, and does not answer.
    case silent
    /// Nobody listens: it is not running, or not ready yet.
    case none
    /// The caller may not connect.
    case notPermitted(ControlFailure)

    /// Asks; the lock is left alone, as whoever looks at it could keep a daemon from it.
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

    /// How the daemon is, in a word.
    var state: String {
        switch self {
        // One that does not tell is older than this command, which had its socket when it was ready.
        case .health(let health): (health.role ?? .ready).rawValue
        case .refused: "running"
        case .silent: "hanging"
        case .none: "stopped"
        case .notPermitted: "unknown"
        }
    }

    /// What it tells.
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

    /// Throws what `status` ends with unless a daemon is ready.
    func requireReady(at socket: String) throws(ControlFailure) {
        let advice = "systemctl status secret-rotator, or secret-rotator daemon"
        switch self {
        case .refused: return
        case .health(let health) where (health.role ?? .ready) == .ready: return
        case .health, .silent:
            throw ControlFailure(status: .unavailable, message: "the daemon is \(state): \(advice)")
        case .none:
            let message = "the daemon is stopped, or not ready yet: nobody listens at \(socket): \(advice)"
            throw ControlFailure(status: .unavailable, message: message)
        case .notPermitted(let failure): throw failure
        }
    }
}
