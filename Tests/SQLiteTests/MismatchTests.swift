import SQLite
import Testing

@Suite("Values of another type than asked for")
struct MismatchTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let literal: String
        let type: any ColumnValue.Type
        var testDescription: String { "\(literal) as \(type)" }
    }

    static let cases: [Case] = [
        Case(literal: "2", type: Bool.self),
        Case(literal: "-1", type: Bool.self),
        Case(literal: "'true'", type: Bool.self),
        Case(literal: "NULL", type: Bool.self),
        Case(literal: "NULL", type: Int.self),
        Case(literal: "NULL", type: String.self),
        Case(literal: "NULL", type: [UInt8].self),
        Case(literal: "'1'", type: Int.self),
        Case(literal: "1.0", type: Int64.self),
        Case(literal: "1", type: Double.self),
        Case(literal: "1", type: String.self),
        Case(literal: "CAST(x'ff' AS TEXT)", type: String.self),
        Case(literal: "x'61'", type: String.self),
        Case(literal: "'a'", type: [UInt8].self),
        Case(literal: "'a'", type: Int?.self),
    ]

    private func read<T: ColumnValue>(_ connection: Connection, _ literal: String, as type: T.Type) throws {
        _ = try connection.value("SELECT \(literal) AS amount", as: T.self)
    }

    @Test("nothing is converted in silence, and the error names the column", arguments: cases)
    func mismatch(_ example: Case) async throws {
        try await withDatabase { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) {
                try read(connection, example.literal, as: example.type)
            }
            #expect(error?.code == .mismatch)
            #expect(error?.message.contains("amount") == true)
        }
    }

    @Test("a column that is not there is a misuse", arguments: [-1, 1, 100])
    func noColumn(index: Int32) async throws {
        try await withDatabase { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) {
                try connection.first("SELECT 1") { row throws(SQLiteError) in try row.get(index, as: Int.self) }
            }
            #expect(error?.code == .misuse)
        }
    }

    @Test(
        "a STRICT table refuses a value of another type",
        arguments: [("INTEGER", "x"), ("BLOB", "x"), ("REAL", "x")]
    )
    func strictTable(type: String, value: String) async throws {
        try await withDatabase("CREATE TABLE t (v \(type)) STRICT") { connection, _ throws in
            let error = #expect(throws: SQLiteError.self) { try connection.run("INSERT INTO t VALUES (?)", value) }
            #expect(error?.code == .constraint)
            #expect(try connection.value("SELECT count(*) FROM t") == 0)
        }
    }
}
