import Foundation
import Logging
import RotationEngine
import Scheduling
import Synchronization
package import ValueGenerators

/// How plug-ins are run, and which files are read, by the configuration that is in force.
final class PlugIns: Sendable {
    private let present: Mutex<(plugIns: PlugInHost, files: FileHost)>
    private let logger: Logger

    init(_ configuration: Configuration, logger: Logger) {
        self.logger = logger
        present = Mutex((Self.host(configuration, logger), configuration.fileHost))
    }

    /// How plug-ins are run now.
    var host: PlugInHost { present.withLock { $0.plugIns } }

    /// Which files are read now.
    var files: FileHost { present.withLock { $0.files } }

    /// Makes a generator that works by what is in force now.
    @Sendable func makeGenerator(_ specification: GeneratorSpecification) -> any ValueGenerator {
        specification.makeGenerator(random: SystemRandom(), plugIns: host, files: files) {
            SystemClock().now.rawValue
        }
    }

    func update(_ configuration: Configuration) {
        let fresh = (plugIns: Self.host(configuration, logger), files: configuration.fileHost)
        present.withLock { $0 = fresh }
    }

    private static func host(_ configuration: Configuration, _ logger: Logger) -> PlugInHost {
        configuration.plugInHost { Self.log($0, logger) }
    }

    /// Tells what a plug-in has said: at warning where it failed, else for who looks closely.
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
            logger.warning("plug-in: \(failure.text)", metadata: metadata)
        } else {
            logger.debug("plug-in: \(exchange.step.rawValue) is done", metadata: metadata)
        }
    }
}

extension Configuration {
    /// Files and folders that hold tokens, keys, values or the history: no plug-in may read or change them.
    package var secretPaths: [String] {
        let references = hubs.values.map(\.token) + stagingKeys + [auditKey].compactMap { $0 }
        let names = ["", "-wal", "-shm", ".lock", ".candidates", ".candidates-wal", ".candidates-shm"]
        let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
        let paths = references.compactMap { try? $0.path() } + names.map { database + $0 }
        return (paths + [credentials].compactMap { $0 } + [control]).sorted()
    }

    /// Which files may be values, and where public keys may be written.
    package var fileHost: FileHost {
        FileHost(folders: fileFolders, publicFolders: publicFolders, protected: secretPaths)
    }

    /// How plug-ins are run.
    package func plugInHost(note: @escaping @Sendable (PlugInExchange) -> Void) -> PlugInHost {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return PlugInHost(
            folder: generatorsDirectory,
            launcher: [program, "launch-plug-in"],
            protected: secretPaths,
            note: note
        )
    }

    /// Why a generator is refused: it uses what is the daemon's own, or a file that is in no folder for that; nil where it is
    /// not.
    package func refusal(of generator: GeneratorSpecification) -> String? {
        if let path = generator.protectedPath(among: secretPaths) {
            return "\(path) is the daemon's own token, key or history: no generator may use it"
        }
        let files = fileHost
        if let path = generator.publicFile, !files.containsPublic(path) {
            return "\(path) is below none of generators.public_folders: name its folder there"
        }
        guard let path = generator.filePaths.first(where: { !files.contains($0) }) else { return nil }
        return "\(path) is below none of generators.file_folders: name its folder there"
    }
}
