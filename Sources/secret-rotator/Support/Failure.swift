import ArgumentParser
import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import SecretMemory

/// Runs a command; prints its error on standard error, and exits with the documented status.
///
/// - Parameter say: Writes to standard error.
func reportingFailures(
    _ say: (String) -> Void = { standardError($0) },
    _ body: () async throws -> Void
) async throws {
    do {
        try await body()
        try flushOutput()
    } catch let code as ExitCode {
        throw code
    } catch {
        let failure = ControlFailure(ofCommand: error)
        say("error: \(printable(failure.message))\n")
        throw ExitCode(failure.status.rawValue)
    }
}

extension ControlFailure {
    /// Converts any error of a command to a failure with its exit status.
    fileprivate init(ofCommand error: any Error) {
        self.init(describing: error)
        if let status = Self.commandStatus(of: error) { self.status = status }
    }

    /// The exit status of errors that only commands have; nil for the errors of operations.
    private static func commandStatus(of error: any Error) -> Status? {
        switch error {
        case is ControlClient.Unreachable: .unavailable
        case is ConfigurationError, is DaemonRuntime.StartFailure: .configuration
        case SecretFile.Failure.system(_, let code), DaemonLock.Failure.system(_, let code):
            code == EACCES || code == EPERM ? .notPermitted : .inputOutput
        case is SecretFile.Failure: .configuration
        case DaemonLock.Failure.held, is Daemon.Ended, is FenceLost: .timedOut
        case is StorageReplaced, is HistoryBehind: .inputOutput
        case is Backup.Unusable: .failed
        default: nil
        }
    }
}
