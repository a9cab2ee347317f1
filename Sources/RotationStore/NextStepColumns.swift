import RotationCore
import SQLite
import Scheduling

/// The three columns that say what a schedule does next by itself.
///
/// The table's constraints forbid the combinations that no ``RotationCore/NextStep`` has.
struct NextStepColumns {
    /// The word of a kind of step.
    private enum Word: String {
        case never
        case slot
        case requested
        case retry
    }

    var step: String
    var slot: Instant?
    var due: Instant?

    init(_ step: NextStep) {
        let word: Word =
            switch step {
            case .never: .never
            case .slot: .slot
            case .requestedOnAdding: .requested
            case .retry: .retry
            }
        (self.step, slot, due) = (word.rawValue, step.slot, step.due)
    }

    init(_ row: borrowing Row, first: Int32) throws(SQLiteError) {
        step = try row.get(first)
        slot = try row.get(first + 1)
        due = try row.get(first + 2)
    }

    /// The step; nil where the columns name none.
    func nextStep(failures: Int) -> NextStep? {
        switch (Word(rawValue: step), slot, due) {
        case (.never, nil, nil): .never
        case (.slot, let slot?, let due?): .slot(slot, due: due)
        case (.requested, nil, let due?): .requestedOnAdding(due: due)
        case (.retry, let slot, let due?) where failures > 0: .retry(of: slot, due: due)
        default: nil
        }
    }
}

/// The two columns that say what is known of the value in force, where values come from an external source.
struct AdoptionColumns {
    /// The word of a kind of adoption.
    private enum Word: String {
        case notYet = "not_yet"
        case deliver
        case adopted
    }

    var adoption: String
    var fingerprint: [UInt8]?

    init(_ adoption: Adoption) {
        let word: Word =
            switch adoption {
            case .notYet: .notYet
            case .deliverWhatever: .deliver
            case .adopted: .adopted
            }
        (self.adoption, fingerprint) = (word.rawValue, adoption.fingerprint)
    }

    init(_ row: borrowing Row, first: Int32) throws(SQLiteError) {
        adoption = try row.get(first)
        fingerprint = try row.get(first + 1)
    }

    /// The adoption; nil where the columns name none.
    ///
    /// - Parameter isWatched: Whether values come from an external source; of others nothing is adopted.
    func known(isWatched: Bool) -> Adoption? {
        switch (Word(rawValue: adoption), fingerprint) {
        case (.notYet, nil): .notYet
        case (.deliver, nil) where isWatched: .deliverWhatever
        case (.adopted, let fingerprint?) where isWatched && !fingerprint.isEmpty: .adopted(fingerprint)
        default: nil
        }
    }
}
