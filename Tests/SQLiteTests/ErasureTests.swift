import Foundation
import SQLite
import TestSupport
import Testing

@Suite("Deleted bytes")
struct ErasureTests {
    private static let marker = [UInt8]("erase-me-51c20b".utf8)

    /// The names of the files that hold the marker.
    private func holders(_ folder: TemporaryFolder) throws -> [String] {
        try folder.contents().filter { $0.value.range(of: Data(Self.marker)) != nil }.map(\.key).sorted()
    }

    @Test("are in no file after the log was truncated", arguments: [1, 5000])
    func gone(copies: Int) async throws {
        try await withDatabase("CREATE TABLE t (a BLOB) STRICT") { connection, folder throws in
            let value = [[UInt8]](repeating: Self.marker, count: copies).flatMap { $0 }
            try connection.run("INSERT INTO t VALUES (?)", value)
            #expect(try connection.truncateWAL())
            #expect(try holders(folder) == ["db"])
            try connection.run("DELETE FROM t")
            #expect(try connection.truncateWAL())
            #expect(try holders(folder).isEmpty)
        }
    }

    @Test("an open reader keeps the log from being truncated, and the answer says so")
    func reader() async throws {
        try await withDatabase("CREATE TABLE t (a BLOB) STRICT") { connection, folder throws in
            try connection.run("INSERT INTO t VALUES (?)", Self.marker)
            let reader = try Connection(path: connection.path, mode: .readOnly)
            defer { reader.close() }
            try reader.transaction(.deferred) {
                _ = try reader.value("SELECT count(*) FROM t", as: Int.self)
                try connection.run("DELETE FROM t")
                #expect(try !connection.truncateWAL())
                #expect(try holders(folder).contains("db-wal"))
            }
            #expect(try connection.truncateWAL())
            #expect(try holders(folder).isEmpty)
        }
    }
}
