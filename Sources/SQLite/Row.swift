import CSQLite

/// The current row of a running statement; valid only inside the closure that receives it.
///
/// It would be `~Copyable`, but Swift 6.3.1's optimiser crashes on that in a release build (GenericSpecializer).
package struct Row {
    private let statement: OpaquePointer
    private let sql: String

    init(statement: OpaquePointer, sql: String) {
        self.statement = statement
        self.sql = sql
    }

    /// Reads a column by its position.
    ///
    /// - Parameters:
    ///   - index: The column, counted from 0.
    ///   - type: The type to read; an optional one accepts NULL.
    /// - Throws: `SQLiteError` with `.mismatch` for another storage class, named by column.
    package func get<T: ColumnValue>(_ index: Int32, as type: T.Type = T.self) throws(SQLiteError) -> T {
        guard index >= 0, index < sqlite3_column_count(statement) else {
            throw SQLiteError(code: .misuse, message: "there is no column \(index)", operation: sql)
        }
        guard let value = T(column: value(at: index)) else {
            let name = sqlite3_column_name(statement, index).map { String(cString: $0) } ?? "\(index)"
            throw SQLiteError(code: .mismatch, message: "column \(name) holds no \(T.self)", operation: sql)
        }
        return value
    }

    /// Lends the bytes of a text or blob, without a copy; no bytes for NULL.
    ///
    /// They are valid until the closure returns.
    package func withBytes<T>(
        _ index: Int32,
        _ body: (UnsafeRawBufferPointer) throws -> T
    ) throws -> T {
        guard index >= 0, index < sqlite3_column_count(statement) else {
            throw SQLiteError(code: .misuse, message: "there is no column \(index)", operation: sql)
        }
        let start = sqlite3_column_blob(statement, index)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index))))
    }

    private func value(at index: Int32) -> Value {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, index))
        case SQLITE_FLOAT: .real(sqlite3_column_double(statement, index))
        case SQLITE_TEXT: text(at: index)
        case SQLITE_BLOB: .blob(blob(at: index))
        default: .null
        }
    }

    /// A text; bytes that are not UTF-8 become a blob, so that reading them as a text fails.
    private func text(at index: Int32) -> Value {
        guard let bytes = sqlite3_column_text(statement, index) else { return .text("") }
        let utf8 = UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, index)))
        return String(validating: utf8, as: UTF8.self).map { .text($0) } ?? .blob(Array(utf8))
    }

    private func blob(at index: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(statement, index) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, index))))
    }
}
