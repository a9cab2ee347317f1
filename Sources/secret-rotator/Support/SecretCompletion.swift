import ArgumentParser
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore

extension CompletionKind {
    /// Completes secrets that have a schedule.
    static var secret: CompletionKind {
        .custom { _, _, _ in Completion.secrets() }
    }

    /// Completes configured hubs.
    static var hub: CompletionKind {
        .custom { _, _, _ in Completion.hubs() }
    }

    /// Completes open rotations.
    static var openRotation: CompletionKind {
        .custom { _, _, _ in Completion.openRotations() }
    }
}

/// Reads the history for the shell's completion: read-only, and silent about errors.
private enum Completion {
    static func secrets() -> [String] {
        read { configuration, history in
            try history.schedules().map { configuration.hubs.count == 1 ? "\($0.secret.alias)" : "\($0.secret)" }
        }
    }

    static func hubs() -> [String] {
        (try? Configuration.load(GlobalOptions.standardPath))?.hubs.keys.sorted() ?? []
    }

    static func openRotations() -> [String] {
        read { _, history in try history.rotations(openOnly: true).map(\.rotation.id.rawValue) }
    }

    private static func read(_ body: (Configuration, History) throws -> [String]) -> [String] {
        let options = GlobalOptions.standardPath
        guard let configuration = try? Configuration.load(options),
            let history = try? Database.read(configuration, isQuiet: true)
        else { return [] }
        defer { history.close() }
        return (try? body(configuration, history)) ?? []
    }
}
