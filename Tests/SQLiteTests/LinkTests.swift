import Foundation
import SQLite
import TestSupport
import Testing

@Suite("Symbolic links")
struct LinkTests {
    @Test("a folder may be one, as systemd's state folders are; the file may not")
    func folderMayBeALink() async throws {
        try await TemporaryFolder.with { folder in
            let manager = FileManager.default
            try manager.createDirectory(atPath: folder.file("private"), withIntermediateDirectories: false)
            try manager.createSymbolicLink(atPath: folder.file("state"), withDestinationPath: "private")
            let connection = try Connection(path: folder.file("state/x.db"), mode: .create)
            try connection.execute("CREATE TABLE t (a INTEGER) STRICT")
            connection.close()
            #expect(manager.fileExists(atPath: folder.file("private/x.db")))
            try manager.createSymbolicLink(atPath: folder.file("y.db"), withDestinationPath: "private/x.db")
            #expect(throws: SQLiteError.self) { try Connection(path: folder.file("y.db"), mode: .readWrite) }
        }
    }
}
