/// How a transaction begins (<https://sqlite.org/lang_transaction.html>).
package enum TransactionKind: String, Sendable {
    /// Takes the write lock at once, so that what is read in it is still true when it commits.
    case immediate = "BEGIN IMMEDIATE"
    /// Reads one consistent state.
    case deferred = "BEGIN DEFERRED"
}

extension Connection {
    /// Runs a closure in one transaction: all of it is committed, or nothing is.
    ///
    /// The closure is synchronous on purpose: a transaction that could `await` would interleave with another one on
    /// the same connection.
    ///
    /// - Parameters:
    ///   - kind: Whether to take the write lock at once.
    ///   - body: What to do; whatever it throws rolls back and is thrown on.
    /// - Throws: `SQLiteError` with `.misuse` for a nested transaction.
    package func transaction<T>(_ kind: TransactionKind = .immediate, _ body: () throws -> T) throws -> T {
        guard !isInTransaction else {
            throw SQLiteError(code: .misuse, message: "a transaction is already open", operation: kind.rawValue)
        }
        try execute(kind.rawValue)
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // SQLite has rolled back by itself after some failures (disk full, I/O): a second ROLLBACK would be an
            // error that hides the first one.
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }
}
