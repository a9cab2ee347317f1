import ArgumentParser
import RotationConfiguration
import RotationCore
import ValueGenerators

/// The launcher that systemd starts for each connection to a plug-in's socket.
struct PlugInServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer one request of the daemon by running a plug-in; for a unit with StandardInput=socket.",
        discussion: """
            The daemon uses it where its configuration has generators.sockets. The plug-in's file is checked as the \
            daemon would check it, runs as the unit's user, which is not root, and ends with the connection. Exits with \
            0 once the request was answered, 1 if it was refused.

            Examples:
              secret-rotator plug-in serve postgresql --caller secret-rotator --lock /run/plugin/lock
              secret-rotator plug-in serve --file /srv/plug-ins/own --caller secret-rotator
            """
    )

    @Argument(help: "The plug-in's name in the directory.") var name: String?
    @Option(help: "The plug-in's absolute path, instead of a name.") var file: String?
    @Option(help: "The folder of the plug-ins.") var directory = "/etc/secret-rotator/generators"
    @Option(help: "The daemon's user, by name or number: only it and root are answered.") var caller: String
    @Option(help: "A file that the unit's user may create: steps wait for those of an earlier daemon.")
    var lock: String?
    @Option(help: "A path that the plug-in may not read or change; may be repeated.") var protect: [String] = []

    func validate() throws {
        guard (name == nil) != (file == nil) else { throw ValidationError("give a name or --file PATH") }
        guard parts != nil else { throw ValidationError("the plug-in must be a plain name, or an absolute path") }
        guard uid != nil else { throw ValidationError("--caller: the system knows no \"\(caller)\"") }
    }

    /// The folder and the name.
    private var parts: (folder: String, name: String)? {
        let path = file ?? "\(directory)/\(name ?? "")"
        guard path.hasPrefix("/"), file != nil || name?.contains("/") == false, let slash = path.lastIndex(of: "/")
        else {
            return nil
        }
        let last = String(path[path.index(after: slash)...])
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return last.isEmpty || last.hasPrefix(".") ? nil : (folder, last)
    }

    private var uid: UInt32? { UInt32(caller) ?? PlugInUser(name: caller)?.uid }

    func run() throws {
        guard let parts, let uid else { throw ExitCode.validationFailure }
        let order = UnitLauncher.Order(
            folder: parts.folder,
            name: parts.name,
            caller: uid,
            lock: lock,
            protected: protect
        )
        guard UnitLauncher.serve(order) else { throw ExitCode.failure }
    }
}
