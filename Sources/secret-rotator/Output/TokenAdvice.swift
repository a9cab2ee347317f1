import RotationConfiguration
import RotationDaemon

extension StatusProblem {
    /// The advice for a token that a hub has refused.
    static func tokenAdvice(_ token: Configuration.FileReference?) -> String {
        switch token {
        case .file(let path):
            "renew \(path); the daemon reads it again by itself"
        case .credential(let name):
            "the token is a copy that systemd made when the unit started: renew the source of the credential \(name), "
                + "then: systemctl restart secret-rotator"
        case nil: "renew its token"
        }
    }
}
