import ControlAPI
import RotationConfiguration

/// Who is told about the history while the daemon runs.
extension DaemonRuntime {
    /// Serves the receivers of the configuration in force from now on.
    ///
    /// Weakly: their tasks end after the daemon's last entry.
    func followOutlets() async {
        let fallback = configuration
        await outlets.follow(
            { [weak self] in self?.configuration ?? fallback },
            health: { [weak self] in self?.health ?? DaemonHealth() }
        )
    }
}
