package import ControlAPI
import Glibc
import RotationCore
import RotationStore
import SQLite
import SecretMemory

extension ControlFailure {
    /// Converts any error of an operation to a failure with its exit status, and SQLite errors to advice.
    package init(describing error: any Error) {
        switch error {
        case let failure as ControlFailure: self = failure
        case let error as SQLiteError: self.init(error)
        default: self.init(status: Self.status(of: error), message: "\(error)")
        }
    }

    private static func status(of error: any Error) -> Status {
        switch error {
        case Ledger.Refusal.noSchedule: .noSuchSecret
        case Ledger.Refusal.conflict, Ledger.Refusal.decisionNeeded, Ledger.Refusal.decided: .usage
        case Ledger.Refusal.onlyCandidateKept: .usage
        case Ledger.Refusal.hubSuspended, Ledger.Refusal.hubPaused: .unavailable
        case is Ledger.Refusal: .failed
        case is StorageLocked: .timedOut
        case is SecretValue.Invalid: .usage
        case InvalidSecretArgument.noSuchHub: .noSuchSecret
        case is InvalidSecretArgument: .usage
        case is Migrator.Failure: .configuration
        default: .inputOutput
        }
    }

    /// Describes an SQLite error, and what to do about it.
    private init(_ error: SQLiteError) {
        let path = error.path ?? "the database"
        let (status, text): (Status, String) =
            switch error.code {
            case .busy: (.timedOut, "another program holds a lock on it: end that program's transaction, and try again")
            case .readOnly: (.notPermitted, "it can't be written: check its owner and mode, and the folder's")
            case .full: (.inputOutput, "the disk is full: free space; nothing was changed")
            case .corrupt, .notADatabase:
                (
                    .inputOutput,
                    "it is damaged, or not a database: stop the daemon, keep a copy of the file, and restore a backup"
                )
            case .cannotOpen where access(path, R_OK | W_OK) != 0 && errno == EACCES:
                (.notPermitted, "it can't be opened: check its owner and mode, and the folder's")
            case .cannotOpen: (.inputOutput, "it can't be opened as a file: check its path and permissions")
            default: (.inputOutput, "it can't be read or written")
            }
        self.init(status: status, message: "\(path): \(text) (SQLite: \(error.message), code \(error.extendedCode))")
    }
}
