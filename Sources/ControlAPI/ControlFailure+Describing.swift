import RotationStore
import SQLite

extension ControlFailure {
    /// Gives any error of an operation its status.
    package init(describing error: any Error) {
        self.init(status: Self.status(of: error), message: (error as? ControlFailure)?.message ?? "\(error)")
    }

    private static func status(of error: any Error) -> Status {
        switch error {
        case let failure as ControlFailure: failure.status
        case Ledger.Refusal.noSchedule: .noSuchSecret
        case is Ledger.Refusal: .failed
        case is Migrator.Failure: .configuration
        case let error as SQLiteError where error.code == .readOnly: .notPermitted
        default: .inputOutput
        }
    }
}
