import ArgumentParser
import ControlAPI
import Glibc
import RotationDaemon
import RotationStore
import SQLite
import SecretMemory

/// A command's failure: what is said, and the exit status.
struct CommandFailure: Error {
    var status: Status
    var message: String

    /// The documented exit statuses (sysexits.h).
    enum Status: Int32 {
        case failed = 1
        case usage = 64
        case noSuchSecret = 66
        case unavailable = 69
        case inputOutput = 74
        case timedOut = 75
        case notPermitted = 77
        case configuration = 78
    }
}

/// Runs a command's work; says on standard error what went wrong, and exits with the documented status.
func reportingFailures(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let code as ExitCode {
        throw code
    } catch {
        let failure = CommandFailure(describing: error)
        standardError("error: \(failure.message)\n")
        throw ExitCode(failure.status.rawValue)
    }
}

extension CommandFailure {
    /// Gives any error of our own its status.
    init(describing error: any Error) {
        self.init(status: Self.status(of: error), message: Self.message(of: error))
    }

    private static func message(of error: any Error) -> String {
        (error as? CommandFailure)?.message ?? "\(error)"
    }

    private static func status(of error: any Error) -> Status {
        switch error {
        case let failure as CommandFailure: failure.status
        case let failure as ControlFailure: Status(rawValue: failure.status.rawValue) ?? .failed
        case is ControlClient.Unreachable: .unavailable
        case is ConfigurationError, is Migrator.Failure: .configuration
        case DaemonRuntime.StartFailure.key: .configuration
        case let error as SecretFile.Failure: status(of: error)
        case DaemonLock.Failure.held: .timedOut
        case DaemonLock.Failure.system(_, let code) where code == EACCES || code == EPERM: .notPermitted
        case Ledger.Refusal.noSchedule: .noSuchSecret
        case is Ledger.Refusal: .failed
        case let error as SQLiteError where error.code == .readOnly: .notPermitted
        default: .inputOutput
        }
    }

    private static func status(of error: SecretFile.Failure) -> Status {
        guard case .system(_, let code) = error else { return .configuration }
        return code == EACCES || code == EPERM ? .notPermitted : .inputOutput
    }
}
