import Foundation
import Glibc
import Logging
package import RotationConfiguration
package import RotationCore
import RotationStore
import Scheduling
import Synchronization
package import ValueGenerators

/// Runs plug-ins and reads files under the configuration in force.
final class PlugIns: Sendable {
    private struct InForce {
        var host: PlugInHost
        var files: FileHost
        var user: PlugInUser?
    }

    private let present: Mutex<InForce>
    /// The users as which this daemon has run plug-ins.
    private let ranAs = Mutex<Set<UInt32>>([])
    private let fence: PlugInFence
    private let logger: Logger
    /// Of this process, for plug-ins that are units of their own.
    private static let session = PlugInUnits.makeSession(SystemRandom())

    /// - Throws: `PlugInFence.Failure` if the fence's file beside the database can't be opened.
    init(_ configuration: Configuration, logger: Logger) throws {
        let (prefix, identity) = (StepFolder.prefix(database: configuration.database), configuration.plugInIdentity)
        fence = try PlugInFence(path: configuration.database + ".plug-ins") {
            for problem in StepFolder.sweep(prefix, of: identity) {
                logger.warning("a plug-in's temporary folder, left by an earlier daemon, can't be removed: \(problem)")
            }
        }
        self.logger = logger
        present = Mutex(Self.inForce(configuration, fence, logger))
    }

    /// The host of plug-ins in force.
    var host: PlugInHost { present.withLock { $0.host } }

    /// The host of files in force.
    var files: FileHost { present.withLock { $0.files } }

    /// Creates a generator that uses the configuration in force.
    @Sendable func makeGenerator(_ specification: GeneratorSpecification) -> any ValueGenerator {
        let host = host
        if specification.plugIn != nil, host.units == nil {
            let user = host.identity.user?.uid ?? geteuid()
            _ = ranAs.withLock { $0.insert(user) }
        }
        return specification.makeGenerator(random: SystemRandom(), plugIns: host, files: files) {
            SystemClock().now.rawValue
        }
    }

    func update(_ configuration: Configuration) {
        let fresh = Self.inForce(configuration, fence, logger)
        present.withLock { $0 = fresh }
    }

    /// Waits briefly for plug-in processes of an earlier daemon, and removes their temporary folders.
    ///
    /// If that is not long enough, each step waits.
    func settle() async {
        guard await !fence.pass(within: .seconds(2)) else { return }
        logger.error(
            "plug-ins of a daemon that has ended still run: no step begins before they end (fuser -v \(fence.path))"
        )
    }

    // MARK: The control socket

    /// The users as which plug-ins run.
    ///
    /// They have no rights at the control socket, whatever roles they have.
    var users: Set<UInt32> {
        let (host, user) = present.withLock { ($0.host, $0.user) }
        var users = ranAs.withLock { $0 }
        // Where there can be no plug-in, or each has its unit's user, the daemon's user is an ordinary user.
        let isPossible = host.units == nil && PlugInFile.mayExist(in: host.folder)
        if !users.isEmpty || !fence.isPassed || isPossible {
            users.formUnion([geteuid(), user?.uid].compactMap { $0 })
        }
        return users.subtracting([0])
    }

    private static func inForce(_ configuration: Configuration, _ fence: PlugInFence, _ logger: Logger) -> InForce {
        var host = configuration.plugInHost { Self.log($0, logger) }
        host.folderPrefix = StepFolder.prefix(database: configuration.database)
        host.fence = fence
        host.units?.session = session
        return InForce(host: host, files: configuration.fileHost, user: configuration.generatorsUser)
    }

    /// Logs the output of a plug-in: at warning level if it failed, otherwise at debug level.
    private static func log(_ exchange: PlugInExchange, _ logger: Logger) {
        guard exchange.failure != nil || !exchange.lines.isEmpty || exchange.withheld > 0 else { return }
        var metadata: Logger.Metadata = ["step": "\(exchange.step.rawValue)"]
        if let context = exchange.context {
            metadata["hub"] = "\(context.hub)"
            metadata["alias"] = "\(context.alias)"
            metadata["rotation"] = "\(context.rotation)"
        }
        if !exchange.lines.isEmpty { metadata["stderr"] = "\(exchange.lines.joined(separator: "\n"))" }
        if exchange.withheld > 0 { metadata["lines_withheld"] = "\(exchange.withheld)" }
        if let failure = exchange.failure {
            let flaw = exchange.flaw.map { ": \($0)" } ?? ""
            logger.warning("plug-in: \(failure.text)\(flaw)", metadata: metadata)
        } else {
            logger.debug("plug-in: \(exchange.step.rawValue) is done", metadata: metadata)
        }
    }
}

extension Configuration {
    /// Files and folders that hold tokens, keys, values or the history: no plug-in may read or change them.
    package var secretPaths: [String] {
        let references = hubs.values.map(\.token) + stagingKeys + [auditKey].compactMap { $0 }
        let names = ["", "-wal", "-shm", ".lock", ".candidates", ".candidates-wal", ".candidates-shm", ".plug-ins"]
        let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
        let paths = references.compactMap { try? $0.path() } + names.map { database + $0 }
        return (paths + [credentials].compactMap { $0 } + [control, HistoryCopy(of: database).folder]).sorted()
    }

    /// The host of files: folders for values, and folders for public keys.
    package var fileHost: FileHost {
        FileHost(folders: fileFolders, publicFolders: publicFolders, protected: secretPaths)
    }

    /// The user as which this process runs plug-ins.
    package var plugInIdentity: PlugInIdentity { PlugInIdentity(generatorsUser, process: geteuid()) }

    /// The host of plug-ins.
    package func plugInHost(note: @escaping @Sendable (PlugInExchange) -> Void) -> PlugInHost {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return PlugInHost(
            folder: generatorsDirectory,
            launcher: [program, "launch-plug-in"],
            protected: secretPaths,
            identity: plugInIdentity,
            units: generatorsSockets.map { PlugInUnits(folder: $0) },
            note: note
        )
    }

    /// Why a generator is refused; nil where it is not.
    ///
    /// For many generators, ask ``generatorRules`` once.
    package func refusal(of generator: GeneratorSpecification) -> String? {
        generatorRules.refusal(of: generator)
    }

    /// Which generators are refused.
    package var generatorRules: GeneratorRules {
        let protected = secretPaths
        let files = FileHost(folders: fileFolders, publicFolders: publicFolders, protected: protected)
        return GeneratorRules(protected: protected, files: files)
    }
}

/// Which generators a configuration refuses: its paths are read once, however many generators are asked about.
package struct GeneratorRules: Sendable {
    fileprivate let protected: [String]
    fileprivate let files: FileHost

    /// Why a generator is refused: it uses the daemon's own files, or a file outside the configured folders.
    ///
    /// nil where it is not refused.
    package func refusal(of generator: GeneratorSpecification) -> String? {
        if let path = generator.protectedPath(among: protected) {
            return "\(path) is the daemon's own token, key or history: no generator may use it"
        }
        if let path = generator.publicFile, !files.containsPublic(path) {
            return "\(path) is below none of generators.public_folders: name its folder there"
        }
        guard let path = generator.filePaths.first(where: { !files.contains($0) }) else { return nil }
        return "\(path) is below none of generators.file_folders: name its folder there"
    }
}
