import SQLite
import TestSupport
import Testing

@Suite("A closed connection")
struct ClosedConnectionTests {
    @Test("runs nothing, and says misuse")
    func misuse() async throws {
        try await withDatabase { connection, _ throws in
            connection.close()
            let executed = #expect(throws: SQLiteError.self) { try connection.execute("SELECT 1") }
            let ran = #expect(throws: SQLiteError.self) { try connection.run("SELECT 1") }
            #expect(executed?.code == .misuse && ran?.code == .misuse)
        }
    }

    @Test("may be closed again")
    func twice() async throws {
        try await withDatabase { connection, _ throws in
            try connection.run("SELECT 1")
            connection.close()
            connection.close()
        }
    }

    @Test("has no open transaction, and opens none")
    func transaction() async {
        await #expect(processExitsWith: .success) {
            try await withDatabase { connection, _ throws in
                connection.close()
                try #require(!connection.isInTransaction)
                #expect(throws: SQLiteError.self) { try connection.transaction {} }
            }
        }
    }
}
