/// How a transaction begins (<https://sqlite.org/lang_transaction.html>).
package enum TransactionKind: String, Sendable {
    /// Takes the write lock at once, so that the rows that it reads are still current when it commits.
    case immediate = "BEGIN IMMEDIATE"
    /// Reads one consistent state.
    case deferred = "BEGIN DEFERRED"
}

extension Connection {
    /// Runs a closure in one transaction: all or nothing is committed.
    ///
    /// The closure is synchronous on purpose: a transaction that could `await` would interleave with another one on
    /// the same connection.
    ///
    /// - Parameters:
    ///   - kind: Whether to take the write lock at once.
    ///   - body: The closure; an error that it throws rolls back and is rethrown.
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
    /// Runs a closure in a savepoint of the open transaction (<https://sqlite.org/lang_savepoint.html>): if it throws,
    /// its changes are rolled back, and the transaction continues.
    ///
    /// In ``repeatableTransaction(_:)`` no savepoint may be open. Then a closure that throws before it has changed anything
    /// has nothing to roll back, and any other one ends the transaction by ``SavepointMissing``.
    ///
    /// - Throws: The closure's error; `SQLiteError` with `.misuse` if no transaction is open; ``SavepointLost`` if
    ///   SQLite has rolled back the whole transaction, or the savepoint can't be rolled back: the transaction must not
    ///   be committed then.
    package func savepoint<T>(_ body: () throws -> T) throws -> T {
        guard isInTransaction else {
            throw SQLiteError(code: .misuse, message: "no transaction is open", operation: "SAVEPOINT")
        }
        guard opensSavepoints else { return try withoutSavepoint(body) }
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

    private func withoutSavepoint<T>(_ body: () throws -> T) throws -> T {
        let before = totalChanges
        do {
            return try body()
        } catch let missing as SavepointMissing {
            throw missing
        } catch {
            guard isInTransaction else { throw SavepointLost(cause: error) }
            guard totalChanges == before else {
                isSavepointMissing = true
                throw SavepointMissing(cause: error)
            }
            throw error
        }
    }
}

/// A failure after which a transaction must not be committed: SQLite has rolled it back, or could not roll back a part
/// of it.
package struct SavepointLost: Error {
    /// The failure.
    package let cause: any Error
}

extension Connection {
    /// Runs a closure in one transaction, and opens savepoints only where one has something to roll back.
    ///
    /// A savepoint costs two statements, and a copy of each page that is changed in it. Most are released, so the closure
    /// runs without them first. Where one is missing, the transaction is rolled back, and the closure runs again, with
    /// savepoints.
    ///
    /// - Parameter body: The closure, which must change nothing but the database; true if it runs again.
    package func repeatableTransaction<T>(_ body: (_ isRepeated: Bool) throws -> T) throws -> T {
        (opensSavepoints, isSavepointMissing) = (false, false)
        defer { opensSavepoints = true }
        do {
            return try transaction {
                let result = try body(false)
                // Also where the closure has caught the error.
                guard !isSavepointMissing else { throw SavepointMissing(cause: nil) }
                return result
            }
        } catch is SavepointMissing {
            opensSavepoints = true
            return try transaction { try body(true) }
        }
    }
}

/// A part of a transaction must be rolled back, and no savepoint is open: the transaction is run again.
package struct SavepointMissing: Error {
    /// What the part has failed with; nil where that was caught.
    package let cause: (any Error)?
}
