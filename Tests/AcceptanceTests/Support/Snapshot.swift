import TestSupport
import Testing

/// A text that the program wrote and somebody has read: kept in a file, and compared to the letter.
///
/// With `SECRET_ROTATOR_RECORD=1` in the environment it is written anew; read the difference before you commit it.
enum Snapshot {
    static func expect(_ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let changes = try RecordedFile.changes(text, "Tests/AcceptanceTests/Snapshots/\(name)")
        #expect(changes == [], "SECRET_ROTATOR_RECORD=1 records it anew", sourceLocation: sourceLocation)
    }
}
