package import TransparencyLog

/// The result of checking the audit log against its tree and its checkpoints.
package struct LogVerification: Sendable {
    /// How many entries were read.
    package var entries: Int64 = 0
    /// The number of the last entry whose line was archived; 0 for none.
    ///
    /// Of these entries only the hashes were compared.
    package var archived: Int64 = 0
    /// The root of the tree over the lines; nil where lines are missing.
    package var root: MerkleHash?
    /// How many signed checkpoints agree with the lines.
    package var checkpoints = 0
    /// The size of the largest checkpoint that agrees; 0 for none.
    ///
    /// No entry up to it was changed since it was signed.
    package var provenUpTo: Int64 = 0
    /// How many stored cosignatures of known witnesses are good.
    package var cosignatures = 0
    /// The size of the largest checkpoint that a known witness has cosigned; 0 for none.
    package var witnessedUpTo: Int64 = 0
    /// How many ends of rotations the entries record, whose outcomes were compared with the table of rotations.
    package var rotations: Int64 = 0
    /// Everything that is wrong, in the order of the entries.
    package var problems: [Problem] = []

    /// What the database, or the log, says of a rotation's end.
    package enum RotationStanding: Hashable, Sendable {
        /// How it ended: `succeeded`, `failed` or `abandoned`.
        case outcome(String)
        /// It has not ended.
        case open
        /// There is no such rotation.
        case absent
    }

    /// Something that is wrong with the log, or with what should agree with it.
    package enum Problem: Hashable, Sendable {
        /// The line of an entry is not the one whose leaf was stored with it.
        case altered(seq: Int64)
        /// The line of an entry has another number: entries were swapped, or one was inserted.
        case misnumbered(seq: Int64)
        /// Entries are missing; also those that the database says were archived, if no entry says so.
        case missing(ClosedRange<Int64>)
        /// Leaves are missing from the tree: another program has added entries.
        case unknownToTree(ClosedRange<Int64>)
        /// The stored head of the tree is not that of the lines.
        case headDiffers
        /// A signed checkpoint does not agree: entries of this range were changed after it was signed.
        case disagrees(size: Int64, changed: ClosedRange<Int64>)
        /// A signed checkpoint has more entries than the log: the newest ones were removed.
        case truncated(size: Int64, missing: ClosedRange<Int64>)
        /// A checkpoint that is no checkpoint, is another log's, or whose signature is wrong.
        case unusable(size: Int64, reason: String)
        /// A stored cosignature that its witness did not make for any stored checkpoint of that size.
        case wrongCosignature(size: Int64, witness: String)
        /// The outcome of a rotation in the database is not the one of the entry that records its end.
        case rotationDiffers(rotation: String, table: RotationStanding, log: RotationStanding)

        /// Whether it is about the log, its tree or what was signed, and not about a table beside them.
        var isOfLog: Bool { if case .rotationDiffers = self { false } else { true } }
    }
}
