import RotationCore
import RotationStore
import Scheduling

/// Backups and restorations in words, and as JSON.
enum BackupWording {
    static func line(_ summary: Backup.Summary, _ file: String) -> String {
        let candidates =
            summary.candidates == 1 ? "1 sealed candidate" : "\(summary.candidates) sealed candidates"
        let entries = summary.head == 1 ? "1 entry" : "\(summary.head) entries"
        return "\(file): \(entries) of the audit log, \(candidates), as of \(summary.madeAt.rfc3339)"
            + (summary.problems.isEmpty ? ": verified" : "")
    }

    static func json(_ summary: Backup.Summary, _ file: String) -> JSONValue {
        .fields([
            "at": .string(summary.madeAt.rfc3339), "candidates": .integer(Int64(summary.candidates)),
            "file": .string(file), "head": .integer(summary.head), "ok": .bool(summary.problems.isEmpty),
        ])
    }

    static func lines(_ result: Restoration.Result, _ file: String) -> [String] {
        var lines = ["\(file): restored, up to entry \(result.head)"]
        if let former = result.former { lines.append("what was there before: \(former)") }
        if let behind = result.behind {
            lines.append("nothing is rotated until a person has accepted it: \(behind)")
        } else {
            lines.append("nothing was written since the backup: the daemon goes on with it once it is started")
        }
        return lines
    }

    static func json(_ result: Restoration.Result, _ file: String) -> JSONValue {
        .fields([
            "candidates": .integer(Int64(result.candidates)), "file": .string(file),
            "former": result.former.map(JSONValue.string), "head": .integer(result.head),
            "held": (result.behind?.finding).map(JSONValue.string),
        ])
    }
}
