import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import Yams

/// The options for the fields of a secret besides its value.
struct SecretOptions {
    var allowedWorkspaces: String?
    var description: String?

    /// Reads `--allowed-workspaces`.
    ///
    /// - Throws: ``ControlFailure`` `usage`.
    var access: WorkspaceAccess? {
        get throws {
            guard let allowedWorkspaces else { return nil }
            let option = "--allowed-workspaces"
            let diagnostics = Diagnostics(source: option)
            let root = Node([(Node("allowed_workspaces"), try YAMLOption.node(allowedWorkspaces, option))])
            var entry = MappingReader(root, name: option, diagnostics)
            let access = ScheduleReader.access(&entry)
            guard diagnostics.issues.isEmpty, let access else {
                throw ControlFailure(
                    status: .usage,
                    message: "\(option): expected all, none, or a list such as [billing]"
                )
            }
            return access
        }
    }
}
