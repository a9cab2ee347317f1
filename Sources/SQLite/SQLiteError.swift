import CSQLite

/// A failure that SQLite reported, or a value that did not have the requested type.
///
/// It contains no bound value and no row, so its text may be logged. Codes: <https://sqlite.org/rescode.html>.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
    /// The class of the failure, for example `SQLITE_BUSY`.
    package var code: ResultCode
    /// The extended result code, which holds the primary code in its low byte.
    package var extendedCode: Int32
    /// SQLite's own message, in English.
    package var message: String
    /// The operation, for example `open` or the SQL text with its placeholders.
    package var operation: String
    /// The database's file; nil if none is concerned.
    package var path: String?

    package init(
        code: ResultCode,
        extendedCode: Int32? = nil,
        message: String,
        operation: String,
        path: String? = nil
    ) {
        self.code = code
        self.extendedCode = extendedCode ?? code.rawValue
        self.message = message
        self.operation = operation
        self.path = path
    }

    init(connection: OpaquePointer?, status: Int32, operation: String) {
        let extended = connection.map { sqlite3_extended_errcode($0) } ?? status
        // After a misuse the handle may still report an older failure: use the status then.
        let code = extended & 0xFF == status & 0xFF ? extended : status
        let message = connection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
        self.init(
            code: ResultCode(rawValue: code & 0xFF),
            extendedCode: code,
            message: message ?? String(cString: sqlite3_errstr(status)),
            operation: operation,
            path: connection.flatMap { sqlite3_db_filename($0, "main") }.map { String(cString: $0) }
        )
    }

    package var description: String {
        let firstLine = operation.split(separator: "\n").first ?? ""
        return "SQLite: \(message) (code \(code.rawValue), extended \(extendedCode)) in: \(firstLine.prefix(80))"
    }
}

/// A primary result code of SQLite.
package struct ResultCode: RawRepresentable, Hashable, Sendable {
    /// The number that SQLite's C interface uses.
    package var rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Another connection holds a lock that is needed, and the busy time-out has passed.
    package static let busy = Self(rawValue: SQLITE_BUSY)
    /// A constraint refused the change.
    package static let constraint = Self(rawValue: SQLITE_CONSTRAINT)
    /// The file is damaged.
    package static let corrupt = Self(rawValue: SQLITE_CORRUPT)
    /// The file can't be opened.
    package static let cannotOpen = Self(rawValue: SQLITE_CANTOPEN)
    /// The disk is full.
    package static let full = Self(rawValue: SQLITE_FULL)
    /// The operating system reported an I/O error.
    package static let ioError = Self(rawValue: SQLITE_IOERR)
    /// The interface was used wrongly, or a transaction was nested.
    package static let misuse = Self(rawValue: SQLITE_MISUSE)
    /// A value did not have the requested type.
    package static let mismatch = Self(rawValue: SQLITE_MISMATCH)
    /// The file is no SQLite database.
    package static let notADatabase = Self(rawValue: SQLITE_NOTADB)
    /// The database or its folder can't be written.
    package static let readOnly = Self(rawValue: SQLITE_READONLY)
    /// The SQL text is wrong.
    package static let error = Self(rawValue: SQLITE_ERROR)
}
