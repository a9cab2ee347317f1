import Reporting
import RotationCore
import RotationStore
import TransparencyLog

/// The result of a verification in words, and as JSON.
enum VerificationWording {
    static func lines(_ result: LogVerification, hasKey: Bool) -> [String] {
        let root = result.root.map { ", root \($0)" } ?? ""
        let archived =
            result.archived > 0
            ? [
                "\(words(1...result.archived)): archived; their hashes were compared, audit verify --archive compares their lines"
            ]
            : []
        return [entries(result.entries) + root] + archived + [checkpoints(result)] + cosignatures(result)
            + (hasKey ? [] : ["signatures were not checked: give --key"])
            + result.problems.map(text)
            + [conclusion(result)]
    }

    /// The result for a report.
    ///
    /// - Parameter checkpoint: The newest one that the database keeps, as its note says it.
    static func report(_ result: LogVerification, hasKey: Bool, checkpoint: String?) -> AuditReport.Verification {
        AuditReport.Verification(
            isSound: result.problems.isEmpty,
            entries: result.entries,
            archived: result.archived,
            rotations: result.rotations,
            root: result.root.map { "\($0)" },
            checkpoints: result.checkpoints,
            provenUpTo: result.provenUpTo,
            signaturesChecked: hasKey,
            checkpoint: checkpoint,
            problems: result.problems.map(text),
            conclusion: conclusion(result)
        )
    }

    private static func conclusion(_ result: LogVerification) -> String {
        if result.problems.isEmpty { return "OK: no entry was changed" }
        // Another log's checkpoint, or another key, says nothing of this log.
        var (isLogSound, areRotationsSound) = (true, true)
        for problem in result.problems {
            switch problem {
            case .unusable, .wrongCosignature: break
            case .rotationDiffers: areRotationsSound = false
            default: isLogSound = false
            }
        }
        guard isLogSound else { return "NOT OK: the audit log is damaged" }
        return areRotationsSound
            ? "NOT OK: a checkpoint or a cosignature can't be used; no entry was found changed"
            : "NOT OK: the table of rotations is not what the audit log says"
    }

    private static func entries(_ count: Int64) -> String { count == 1 ? "1 entry" : "\(count) entries" }

    private static func checkpoints(_ result: LogVerification) -> String {
        guard result.checkpoints > 0 else {
            return "no checkpoint: only the stored tree was compared, which whoever changes entries can change, too"
        }
        let count = result.checkpoints == 1 ? "1 checkpoint agrees" : "\(result.checkpoints) checkpoints agree"
        return "\(count): entries up to \(result.provenUpTo) are as they were when the last of them was signed"
    }

    private static func cosignatures(_ result: LogVerification) -> [String] {
        guard result.cosignatures > 0 else { return [] }
        let count =
            result.cosignatures == 1 ? "1 cosignature is good" : "\(result.cosignatures) cosignatures are good"
        return ["\(count): a witness has seen entries up to \(result.witnessedUpTo) as they are"]
    }

    private static func text(_ problem: LogVerification.Problem) -> String {
        switch problem {
        case .altered(let seq): "entry \(seq): its text was changed after it was written"
        case .misnumbered(let seq): "entry \(seq): its text has another number: entries were swapped or inserted"
        case .missing(let range): "\(words(range)): removed"
        case .unknownToTree(let range): "\(words(range)): added by another program"
        case .headDiffers: "the stored head of the tree is not that of the entries"
        case .disagrees(let size, let changed):
            "checkpoint of \(entries(size)): does not agree; \(words(changed)): changed after it was signed"
        case .truncated(let size, let missing):
            "checkpoint of \(entries(size)): \(words(missing)): removed after it was signed"
        case .unusable(let size, let reason): "checkpoint of \(entries(size)): \(reason)"
        case .wrongCosignature(let size, let witness):
            "checkpoint of \(entries(size)): the cosignature kept for \(witness) is not its own"
        case .rotationDiffers(let rotation, let table, let log):
            "rotation \(rotation): the table \(words(table)), the log \(words(log))"
        }
    }

    private static func words(_ standing: LogVerification.RotationStanding) -> String {
        switch standing {
        case .outcome(let outcome): "says \(outcome)"
        case .open: "says nothing of its end"
        case .absent: "does not have it"
        }
    }

    private static func words(_ range: ClosedRange<Int64>) -> String {
        range.count == 1 ? "entry \(range.lowerBound)" : "entries \(range.lowerBound) to \(range.upperBound)"
    }

    /// A file of archived lines that was compared.
    static func lines(_ result: ArchiveCheck.Result, _ path: String) -> [String] {
        guard let seqs = result.seqs else { return ["\(path): it has no entries"] }
        guard !result.altered.isEmpty else { return ["\(path): OK: \(words(seqs)) as they were written"] }
        return result.altered.map { "\(path): NOT OK: \(words($0)): not what the log has" }
    }

    static func json(_ result: ArchiveCheck.Result, _ path: String) -> JSONValue {
        .fields([
            "altered": .array(result.altered.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) }),
            "archive": .string(path),
            "first_seq": result.seqs.map { .integer($0.lowerBound) },
            "last_seq": result.seqs.map { .integer($0.upperBound) },
            "ok": .bool(result.altered.isEmpty),
        ])
    }

    /// A proof that was verified.
    static func line(_ proof: TransparencyProof) -> String {
        let checkpoint = proof.checkpoint.checkpoint
        return "entry \(proof.index + 1) is in the log \(checkpoint.origin) of \(checkpoint.size) entries"
    }

    static func json(_ proof: TransparencyProof) -> JSONValue {
        .fields([
            "entries": .integer(Int64(clamping: proof.checkpoint.checkpoint.size)),
            "ok": .bool(true),
            "origin": .string("\(proof.checkpoint.checkpoint.origin)"),
            "seq": .integer(Int64(clamping: proof.index) + 1),
        ])
    }

    static func json(_ result: LogVerification, hasKey: Bool) -> JSONValue {
        .fields([
            "archived": result.archived == 0 ? nil : .integer(result.archived),
            "checkpoints": .integer(Int64(result.checkpoints)),
            "cosignatures": result.cosignatures == 0 ? nil : .integer(Int64(result.cosignatures)),
            "entries": .integer(result.entries),
            "ok": .bool(result.problems.isEmpty),
            "problems": .array(result.problems.map(json)),
            "proven_up_to": .integer(result.provenUpTo),
            "root": result.root.map { .string("\($0)") },
            "signatures_checked": .bool(hasKey),
            "witnessed_up_to": result.witnessedUpTo == 0 ? nil : .integer(result.witnessedUpTo),
        ])
    }

    private static func json(_ problem: LogVerification.Problem) -> JSONValue {
        var rotation: String?
        if case .rotationDiffers(let id, _, _) = problem { rotation = id }
        let (kind, range, size): (String, ClosedRange<Int64>?, Int64?) =
            switch problem {
            case .altered(let seq): ("altered", seq...seq, nil)
            case .misnumbered(let seq): ("misnumbered", seq...seq, nil)
            case .missing(let range): ("missing", range, nil)
            case .unknownToTree(let range): ("added", range, nil)
            case .headDiffers: ("head_differs", nil, nil)
            case .disagrees(let size, let range): ("checkpoint_disagrees", range, size)
            case .truncated(let size, let range): ("truncated", range, size)
            case .unusable(let size, _): ("checkpoint_unusable", nil, size)
            case .wrongCosignature(let size, _): ("cosignature_wrong", nil, size)
            case .rotationDiffers: ("rotation_differs", nil, nil)
            }
        return .fields([
            "checkpoint": size.map { .integer($0) },
            "first": range.map { .integer($0.lowerBound) },
            "kind": .string(kind),
            "last": range.map { .integer($0.upperBound) },
            "rotation": rotation.map { .string($0) },
            "text": .string(text(problem)),
        ])
    }
}
