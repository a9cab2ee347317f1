import SQLite
import Testing

@Suite("Statements")
struct StatementTests {
    @Test("another number of values than placeholders is a misuse, and runs nothing", arguments: 0...3)
    func wrongCount(count: Int) async throws {
        try await withDatabase("CREATE TABLE t (a ANY, b ANY) STRICT") { connection, _ throws in
            let insert = "INSERT INTO t VALUES (?, ?)"
            guard count != 2 else { return #expect(try connection.run(insert, 1, 2) == 1) }
            let values = [any ColumnValue](repeating: 1, count: count)
            let error = #expect(throws: SQLiteError.self) {
                try connection.each(insert, values) { _ throws(SQLiteError) in }
            }
            #expect(error?.code == .misuse)
            #expect(try connection.value("SELECT count(*) FROM t") == 0)
        }
    }

    @Test("a statement works again after it was refused")
    func usableAfterFailure() async throws {
        try await withDatabase("CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT") { connection, _ throws in
            let insert = "INSERT INTO t VALUES (?)"
            try connection.run(insert, 1)
            #expect(throws: SQLiteError.self) { try connection.run(insert, 1) }
            #expect(throws: SQLiteError.self) { try connection.run(insert) }
            try connection.run(insert, 2)
            #expect(try connection.column("SELECT a FROM t ORDER BY a") == [1, 2])
        }
    }

    @Test("the same SQL is prepared once")
    func cache() async throws {
        try await withDatabase("CREATE TABLE t (a ANY) STRICT") { connection, _ throws in
            guard try connection.value("SELECT sqlite_compileoption_used('ENABLE_STMTVTAB')") == 1 else { return }
            for number in 0..<5 { try connection.run("INSERT INTO t VALUES (?)", number) }
            let runs = "SELECT run FROM sqlite_stmt WHERE sql LIKE 'INSERT INTO t%'"
            #expect(try connection.column(runs, as: Int.self) == [5])
        }
    }

    @Test("the same SQL may run inside itself")
    func nested() async throws {
        let schema = "CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (1), (2), (3)"
        try await withDatabase(schema) { connection, _ throws in
            let sql = "SELECT a FROM t ORDER BY a"
            var pairs: [[Int]] = []
            for _ in 0..<2 {
                pairs = []
                try connection.each(sql) { outer throws(SQLiteError) in
                    let first: Int = try outer.get(0)
                    try connection.each(sql) { inner throws(SQLiteError) in pairs.append([first, try inner.get(0)]) }
                }
            }
            #expect(pairs == [[1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3], [3, 1], [3, 2], [3, 3]])
        }
    }

    @Test("what a row's closure throws ends the query and comes through")
    func bodyThrows() async throws {
        try await withDatabase { connection, _ throws in
            let mine = SQLiteError(code: .full, message: "mine", operation: "test")
            #expect(throws: mine) { try connection.each("SELECT 1") { _ throws(SQLiteError) in throw mine } }
            #expect(try connection.value("SELECT 1") == 1)
        }
    }

    @Test("a query without rows has no first one")
    func noRow() async throws {
        try await withDatabase { connection, _ throws in
            #expect(try connection.value("SELECT 1 WHERE 0", as: Int.self) == nil)
            #expect(try connection.column("SELECT 1 WHERE 0", as: Int.self).isEmpty)
        }
    }

    @Test(
        "the number of changed rows is the statement's own",
        arguments: [
            ("UPDATE t SET a = a + 1", 3), ("DELETE FROM t WHERE a = 1", 1), ("DELETE FROM t WHERE a = 9", 0),
            ("INSERT OR IGNORE INTO t VALUES (1)", 0), ("CREATE TABLE u (a ANY) STRICT", 0),
        ]
    )
    func changes(sql: String, expected: Int) async throws {
        let schema = "CREATE TABLE t (a INTEGER UNIQUE) STRICT; INSERT INTO t VALUES (3), (2), (1)"
        try await withDatabase(schema) { connection, _ throws in
            #expect(try connection.run(sql) == expected)
        }
    }

    @Test("an unknown table or wrong SQL is an error of the SQL", arguments: ["SELECT * FROM missing", "SELEC 1"])
    func wrongSQL(sql: String) async throws {
        try await withDatabase { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) { try connection.run(sql) }
            #expect(error?.code == .error)
            #expect(error?.operation == sql)
        }
    }
}
