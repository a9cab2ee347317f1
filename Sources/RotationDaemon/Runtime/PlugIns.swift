import Foundation
import Logging
import Synchronization
package import ValueGenerators

/// How plug-ins are run by the configuration that is in force.
final class PlugIns: Sendable {
    private let present: Mutex<PlugInHost>
    private let logger: Logger

    init(_ configuration: Configuration, logger: Logger) {
        self.logger = logger
        present = Mutex(Self.host(configuration, logger))
    }

    /// How plug-ins are run now.
    var host: PlugInHost { present.withLock { $0 } }

    func update(_ configuration: Configuration) {
        let fresh = Self.host(configuration, logger)
        present.withLock { $0 = fresh }
    }

    private static func host(_ configuration: Configuration, _ logger: Logger) -> PlugInHost {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return PlugInHost(
            folder: configuration.generatorsDirectory,
            launcher: [program, "launch-plug-in"],
            protected: configuration.secretPaths
        ) { text, step, context in
            logger.debug(
                "plug-in: \(text)",
                metadata: [
                    "hub": "\(context.hub)", "alias": "\(context.alias)", "rotation": "\(context.rotation)",
                    "step": "\(step)",
                ]
            )
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

    /// Why a generator is refused: it is told to use what is the daemon's own; nil where it is not.
    package func refusal(of generator: GeneratorSpecification) -> String? {
        generator.protectedPath(among: secretPaths).map { path in
            "\(path) is the daemon's own token, key or history: no generator may use it"
        }
    }
}
