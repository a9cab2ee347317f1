import RotationConfiguration
import TransparencyLog

/// The witnesses of the audit log.
extension DaemonRuntime {
    /// Asks the witnesses of the configuration in force from now on.
    func followWitnesses() async {
        await witnesses.follow(configuration.auditKey == nil ? .none : WitnessQuorum(configuration.audit))
    }
}
