import SQLite

/// A table of the original, as its schema describes it: whatever columns it gets, they are copied.
///
/// Tables may be larger than memory: they are walked in ranges of their primary key, and nothing that grows with a table is kept.
struct CopyTable {
    let name: String
    /// The primary key's columns.
    let key: [String]
    /// Columns without the generated ones, as the copy has them, and as they are read from the original.
    private let columns: [(name: String, selection: String)]
    /// Both as lists.
    private let columnList, selectionList: String

    /// Rows of a range that is only read and added.
    private static let insertedRows = 1000
    /// Rows of a range that is compared: those that differ are kept until the range is through.
    private static let comparedRows = 250

    /// The tables of the original that is attached to a connection.
    static func all(in connection: Connection) throws -> [CopyTable] {
        let names: [String] = try connection.all(
            "SELECT name FROM original.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ) { row throws(SQLiteError) in try row.get(0) }
        return try names.map { try CopyTable($0, in: connection) }
    }

    private init(_ name: String, in connection: Connection) throws {
        let columns = try connection.all(
            "SELECT name, type, pk FROM pragma_table_xinfo(?1, 'original') WHERE hidden = 0 ORDER BY cid",
            name
        ) { row throws(SQLiteError) in
            (
                name: try row.get(0, as: String.self), type: try row.get(1, as: String.self),
                key: try row.get(2, as: Int.self)
            )
        }
        self.name = name
        key = columns.filter { $0.key > 0 }.sorted { $0.key < $1.key }.map(\.name)
        // The tree's hashes are for auditors; all other blobs are keyed fingerprints of values. An auditor can't check these without the key, and who gets
        // hold of the key could hold guesses against them: a byte says that there is one, as the tables' conditions ask.
        self.columns = columns.map {
            (
                name: $0.name,
                selection: $0.type == "BLOB" && !name.hasPrefix("audit_")
                    ? Self.placeholder($0.name) : "o.\"\($0.name)\""
            )
        }
        columnList = self.columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        selectionList = self.columns.map(\.selection).joined(separator: ", ")
    }

    /// SQL that stands for a fingerprint.
    private static func placeholder(_ column: String) -> String {
        "CASE WHEN o.\"\(column)\" IS NOT NULL THEN x'00' END"
    }

    // MARK: Some rows

    /// Makes rows equal to the original's, those that it has no longer included; what is equal already is not written.
    ///
    /// - Parameter condition: Names them, by the values `?1`, `?2` and so on; it is true of few.
    func equalise(where condition: String, _ values: [any ColumnValue], in connection: Connection) throws(SQLiteError) {
        let isSame = key.map { "o.\"\($0)\" = m.\"\($0)\"" }.joined(separator: " AND ")
        let isEqual = columns.map { "m.\"\($0.name)\" IS \($0.selection)" }.joined(separator: " AND ")
        try connection.run(
            """
            DELETE FROM main.\"\(name)\" AS m
            WHERE \(condition) AND NOT EXISTS (SELECT 1 FROM original.\"\(name)\" AS o WHERE \(isSame))
            """,
            values
        )
        // Another row may stand where its unique place is now: that one has changed too, and is replaced in the same turn.
        try connection.run(
            """
            INSERT OR REPLACE INTO main.\"\(name)\" (\(columnList))
            SELECT \(selectionList) FROM original.\"\(name)\" AS o
            WHERE \(condition)
                AND NOT EXISTS (SELECT 1 FROM main.\"\(name)\" AS m WHERE \(isSame) AND \(isEqual))
            """,
            values
        )
    }

    // MARK: All rows

    /// Adds all rows of the original that come after those of the copy.
    ///
    /// - Parameter step: Called before each range; what it throws ends the walk.
    func append(after last: [Value]? = nil, in connection: Connection, step: () throws -> Void) throws {
        try walk(["original"], rows: Self.insertedRows, after: last, in: connection, step: step) { range in
            try connection.run(
                """
                INSERT INTO main.\"\(name)\" (\(columnList))
                SELECT \(selectionList) FROM original.\"\(name)\" AS o WHERE \(range.condition) ORDER BY \(range.order)
                """,
                range.values
            )
        }
    }

    /// Compares all rows, and writes those that differ.
    ///
    /// - Parameter step: Called before each range; what it throws ends the walk.
    func compare(in connection: Connection, step: () throws -> Void) throws {
        try walk(["original", "main"], rows: Self.comparedRows, in: connection, step: step) { range in
            try equalise(where: range.condition, range.values, in: connection)
        }
    }

    private func walk(
        _ schemas: [String],
        rows: Int,
        after last: [Value]? = nil,
        in connection: Connection,
        step: () throws -> Void,
        body: (KeyRange) throws -> Void
    ) throws {
        var last = last
        repeat {
            try step()
            let end = try end(of: schemas, rows: rows, after: last, in: connection)
            try body(KeyRange(key, after: last, upTo: end))
            last = end
        } while last != nil
    }

    /// The last key of a range that has no more than so many rows in any of the schemas; nil where all the rest is in it.
    private func end(
        of schemas: [String],
        rows: Int,
        after last: [Value]?,
        in connection: Connection
    ) throws(SQLiteError) -> [Value]? {
        let range = KeyRange(key, after: last, upTo: nil)
        let candidates = schemas.map { schema in
            """
            SELECT * FROM (
                SELECT \(range.order) FROM \(schema).\"\(name)\"
                WHERE \(range.condition) ORDER BY \(range.order) LIMIT 1 OFFSET \(rows - 1)
            )
            """
        }
        return try connection.all(
            candidates.joined(separator: " UNION ALL ") + " ORDER BY \(range.order) LIMIT 1",
            range.values
        ) { row throws(SQLiteError) in
            var end: [Value] = []
            for index in key.indices { end.append(try row.get(Int32(index))) }
            return end
        }.first
    }
}

/// A range of a primary key, as SQL: an index finds it.
private struct KeyRange {
    let condition: String
    let values: [Value]
    /// The key's columns, separated by commas.
    let order: String

    /// - Parameters:
    ///   - last: Rows with larger keys than this; nil for all from the first on.
    ///   - end: The last key; nil for all to the last one.
    init(_ key: [String], after last: [Value]?, upTo end: [Value]?) {
        order = key.map { "\"\($0)\"" }.joined(separator: ", ")
        var conditions: [String] = []
        var values: [Value] = []
        for (comparison, bound) in [(">", last), ("<=", end)] {
            guard let bound else { continue }
            let names = bound.indices.map { "?\(values.count + $0 + 1)" }.joined(separator: ", ")
            conditions.append("(\(order)) \(comparison) (\(names))")
            values += bound
        }
        condition = conditions.isEmpty ? "true" : conditions.joined(separator: " AND ")
        self.values = values
    }
}
