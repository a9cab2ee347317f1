package import RotationCore

/// The plug-ins as units of their own: systemd listens on a socket for each one, and starts its launcher for each
/// connection.
package struct PlugInUnits: Sendable {
    /// The folder of the sockets, `NAME.sock`.
    package var folder: String
    /// The daemon's session: its steps wait for those of an earlier daemon; nil outside the daemon.
    package var session: String?

    package init(folder: String, session: String? = nil) {
        (self.folder, self.session) = (folder, session)
    }

    /// The socket of a plug-in.
    package func socket(of name: String) -> String { "\(folder)/\(name).sock" }

    /// Asks a plug-in's unit whether it could run the plug-in.
    package func probe(_ name: String) async -> UnitProbe {
        await UnitConversation(path: socket(of: name)).probe()
    }

    /// A session that no other process has.
    package static func makeSession(_ random: some RandomSource) -> String { UnitRequest.makeSession(random) }

    /// Runs a step.
    func run(_ question: [UInt8], _ policy: CommandPolicy) async -> PlugInProcess.Outcome {
        await UnitConversation(path: socket(of: policy.command)).ask(
            question,
            head: UnitRequest.head(session: session, environment: policy.environment),
            timeout: policy.timeout
        )
    }
}
