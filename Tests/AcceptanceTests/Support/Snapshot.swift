import Foundation
import Testing

/// A text that the program wrote and somebody has read: kept in a file, and compared to the letter.
///
/// With `SECRET_ROTATOR_RECORD=1` in the environment it is written anew; read the difference before you commit it.
enum Snapshot {
    static func expect(_ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Snapshots")
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["SECRET_ROTATOR_RECORD"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        let kept = try String(contentsOf: file, encoding: .utf8)
        let (old, new) = (lines(kept), lines(text))
        let changes = new.difference(from: old).prefix(20).map { change in
            switch change {
            case .insert(let line, let text, _): "+\(line + 1) \(text)"
            case .remove(let line, let text, _): "-\(line + 1) \(text)"
            }
        }
        #expect(changes == [], "SECRET_ROTATOR_RECORD=1 records it anew", sourceLocation: sourceLocation)
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
