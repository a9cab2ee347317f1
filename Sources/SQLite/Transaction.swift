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

extension Connection {
    /// Runs a closure in a savepoint of the open transaction (<https://sqlite.org/lang_savepoint.html>): where it throws,
    /// what it did is undone, and the transaction goes on.
    ///
    /// - Throws: What the closure throws; `SQLiteError` with `.misuse` where no transaction is open. Where SQLite has
    ///   rolled the whole transaction back, or the savepoint can't be rolled back, ``isInTransaction`` is false or the
    ///   transaction is not to be committed any more: see ``SavepointLost``.
    package func savepoint<T>(_ body: () throws -> T) throws -> T {
        guard isInTransaction else {
            throw SQLiteError(code: .misuse, message: "no transaction is open", operation: "SAVEPOINT")
        }
        try execute("SAVEPOINT member")
        do {
            let result = try body()
            try execute("RELEASE member")
            return result
        } catch let lost as SavepointLost {
            throw lost
        } catch {
            guard isInTransaction else { throw SavepointLost(cause: error) }
            do {
                try execute("ROLLBACK TO member")
                try execute("RELEASE member")
            } catch let second {
                throw SavepointLost(cause: second)
            }
            throw error
        }
    }
}

/// A failure after which a transaction must not be committed: SQLite has rolled it back, or could not undo a part of it.
package struct SavepointLost: Error {
    /// The failure.
    package let cause: any Error
}
