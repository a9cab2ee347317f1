import SQLite
import Testing

private enum Color: String, ColumnValue {
    case red
    case green
}

private enum Level: Int, ColumnValue {
    case low = 1
}

@Suite("Values in columns")
struct ValueTests {
    /// Stores a value and reads it back as the same type.
    private func stored<T: ColumnValue>(_ value: T) async throws -> T? {
        try await withDatabase("CREATE TABLE t (v ANY) STRICT") { connection, _ throws in
            try connection.run("INSERT INTO t VALUES (?)", value)
            return try connection.value("SELECT v FROM t", as: T.self)
        }
    }

    @Test("a number comes back as it was", arguments: [0, 1, -1, .max, .min])
    func integers(value: Int64) async throws {
        #expect(try await stored(value) == value)
        #expect(try await stored(Int(value)) == Int(value))
    }

    @Test(
        "a floating-point number comes back as it was",
        arguments: [0.5, -1e300, .pi, .infinity, .leastNonzeroMagnitude]
    )
    func reals(value: Double) async throws {
        #expect(try await stored(value) == value)
    }

    @Test("a text comes back as it was", arguments: ["", "a", "é😀", "a\u{0}b", "'; DROP TABLE t; --"])
    func texts(value: String) async throws {
        let read = try await stored(value)
        #expect(read.map { Array($0.utf8) } == Array(value.utf8))
    }

    @Test("bytes come back as they were", arguments: [[], [0], [0xFF, 0, 0xFE], [UInt8](0...255)])
    func blobs(value: [UInt8]) async throws {
        #expect(try await stored(value) == value)
    }

    @Test("a truth value comes back as it was", arguments: [true, false])
    func booleans(value: Bool) async throws {
        #expect(try await stored(value) == value)
    }

    @Test("an optional comes back as it was", arguments: [nil, "", "x"])
    func optionals(value: String?) async throws {
        #expect(try await stored(value) == .some(value))
    }

    @Test("an enumeration is stored as its raw value")
    func enumerations() async throws {
        #expect(try await stored(Color.green) == .green)
        #expect(try await stored(Level.low) == .low)
        #expect(Color(column: .text("blue")) == nil)
        #expect(Level(column: .integer(2)) == nil)
        #expect(Level(column: .text("1")) == nil)
    }

    @Test("the sqlite3 shell sees what was bound")
    func shell() async throws {
        try await withDatabase("CREATE TABLE t (v ANY) STRICT") { connection, _ throws in
            let values: [any ColumnValue] = ["", "it's", [UInt8](), [UInt8]([0xAB]), 7, 0.5, true, String?.none]
            for value in values { try connection.run("INSERT INTO t VALUES (?)", value) }
            let seen = try Shell.query(connection.path, "SELECT typeof(v) || ' ' || quote(v) FROM t ORDER BY rowid")
            #expect(
                seen.split(separator: "\n") == [
                    "text ''", "text 'it''s'", "blob X''", "blob X'AB'", "integer 7", "real 0.5", "integer 1",
                    "null NULL",
                ]
            )
        }
    }
}
