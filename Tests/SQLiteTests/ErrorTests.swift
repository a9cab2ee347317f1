import SQLite
import Testing

@Suite("Errors")
struct ErrorTests {
    private static let marker = "marker-7f3a9c"

    private static let schema = """
        CREATE TABLE parent (id TEXT PRIMARY KEY) STRICT;
        CREATE TABLE t (
            v TEXT UNIQUE CHECK (length(v) < 20), n INTEGER, m TEXT NOT NULL DEFAULT '', p TEXT REFERENCES parent
        ) STRICT;
        CREATE TRIGGER refuse BEFORE INSERT ON t WHEN new.m = 'no' BEGIN SELECT raise(ABORT, 'refused'); END;
        INSERT INTO t (v) VALUES ('\(marker)');
        """

    struct Case: Sendable, CustomTestStringConvertible {
        let kind: String
        let sql: String
        var value = ErrorTests.marker
        let extended: Int32
        var testDescription: String { kind }
    }

    // The extended codes are those of https://sqlite.org/rescode.html
    static let cases: [Case] = [
        Case(kind: "UNIQUE", sql: "INSERT INTO t (v) VALUES (?)", extended: 2067),
        Case(kind: "CHECK", sql: "INSERT INTO t (v) VALUES (?)", value: marker + marker, extended: 275),
        Case(kind: "DATATYPE", sql: "INSERT INTO t (n) VALUES (?)", extended: 3091),
        Case(kind: "NOT NULL", sql: "INSERT INTO t (v, m) VALUES (? || 'x', NULL)", extended: 1299),
        Case(kind: "FOREIGN KEY", sql: "INSERT INTO t (p) VALUES (?)", extended: 787),
        Case(kind: "TRIGGER", sql: "INSERT INTO t (v, m) VALUES (? || 'x', 'no')", extended: 1811),
    ]

    @Test("a refused change has the class and the extended code", arguments: cases)
    func constraint(_ example: Case) async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) { try connection.run(example.sql, example.value) }
            #expect(error?.code == .constraint)
            #expect(error?.extendedCode == example.extended)
        }
    }

    @Test("an error shows the SQL with its placeholders, never a bound value", arguments: cases)
    func noValue(_ example: Case) async throws {
        try await withDatabase(Self.schema) { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) { try connection.run(example.sql, example.value) }
            var dumped = ""
            dump(error, to: &dumped)
            #expect(error?.operation == example.sql)
            #expect(error?.description.contains(Self.marker) == false)
            #expect(!dumped.contains(Self.marker))
        }
    }

    @Test("an error says its codes and its operation")
    func description() {
        let error = SQLiteError(code: .busy, extendedCode: 261, message: "locked", operation: "BEGIN")
        #expect(error.description == "SQLite: locked (code 5, extended 261) in: BEGIN")
    }

    @Test("without an extended code the primary one stands for it")
    func defaultCode() {
        #expect(SQLiteError(code: .misuse, message: "", operation: "").extendedCode == 21)
    }
}
