import RotationCore
import SQLite
import Scheduling

/// What becomes of the candidates that a start finds.
///
/// That of an open rotation stays, and a claimed one uses it; that of a closed one is erased; one that the history does not
/// know is kept apart, as the history may be an older copy.
extension RotationStore {
    static func sortCandidates(_ ledger: Ledger, _ vault: CandidateVault, now: Instant) throws {
        try eraseGivenUp(ledger, vault)
        for id in try vault.rotations() {
            switch try standing(of: id, ledger) {
            case .open: break
            case .closed:
                try vault.delete(id)
                _ = try vault.truncate()
            case .unknown:
                try ledger.noteKept(id, now: now)
                try vault.setKept(id, true)
            }
        }
        for id in try vault.keptRotations() {
            switch try standing(of: id, ledger) {
            case .open:
                try vault.setKept(id, false)
                try ledger.forgetKept(id)
            case .closed:
                try vault.eraseKept(id)
                try ledger.forgetKept(id)
            case .unknown: try ledger.noteKept(id, now: now)
            }
        }
    }

    /// Erases what a person has given up.
    static func eraseGivenUp(_ ledger: Ledger, _ vault: CandidateVault) throws {
        for id in try KeptTable.givenUp(in: ledger.connection) {
            try vault.eraseKept(id)
            try ledger.forgetKept(id)
        }
    }

    /// How the history knows a rotation.
    private enum Standing {
        case open, closed, unknown
    }

    private static func standing(of id: String, _ ledger: Ledger) throws -> Standing {
        do {
            guard let id = RotationID(rawValue: id),
                let stored = try RotationTable.find(id, by: ledger.generators, in: ledger.connection)
            else { return .unknown }
            return stored.closedAt == nil ? .open : .closed
        } catch is UndecodableRow {
            // Whatever its row has become, a value is not lost for it.
            return .open
        }
    }
}
