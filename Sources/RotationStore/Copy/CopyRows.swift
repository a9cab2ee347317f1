import RotationCore
import SQLite

/// Brings the rows of a draft up to date: those that commits have named, or all that may have changed.
///
/// What it keeps in memory is a page of names, however much has changed. A page goes to SQLite as a JSON array, so that one
/// statement serves all of its names.
struct CopyRows {
    let connection: Connection
    let tables: [CopyTable]
    /// Called before each bounded step; what it throws ends the work.
    let step: () throws -> Void

    /// Names that are read and handed over at a time.
    private static let page = 500

    /// Brings everything up to date that a draft may lack.
    func refresh(_ scope: CopyScope) throws {
        let head = try connection.first("SELECT head FROM main.history_copy") { row throws(SQLiteError) in
            try row.get(0, as: Int64.self)
        }
        guard let head else { throw CopyMismatch() }
        if scope.isWide {
            try refreshAll(after: head)
        } else {
            try refreshNamed(scope)
            // Commits that came since they were collected: an entry and its rotation's row are of one state.
            try refreshLogged(after: max(head, scope.newestEntry))
        }
        for table in tables {
            switch table.name {
            case "audit_log", "audit_leaves": try table.append(after: [.integer(head)], in: connection, step: step)
            case "rotations", "attempts", "requests": break
            // Some rows in all: hubs, groups, zones and the like.
            default: if scope.isWide || !table.isOfSecrets { try table.compare(in: connection, step: step) }
            }
        }
        try deleteArchivedLines()
    }

    /// Deletes the lines that the original may have deleted; `audit_archives` is up to date then.
    private func deleteArchivedLines() throws {
        let archived = try ArchiveTable.newest(in: connection)
        var deleted: Int
        repeat {
            try step()
            deleted = try connection.run(
                """
                DELETE FROM main.audit_log WHERE seq IN (
                    SELECT seq FROM main.audit_log WHERE seq <= ?1 ORDER BY seq LIMIT \(Self.page)
                )
                """,
                archived
            )
        } while deleted == Self.page
    }

    // MARK: What commits have named

    private func refreshNamed(_ scope: CopyScope) throws {
        try inPages(scope.rotations.map { .string($0.rawValue) }) { try refreshRotations($0) }
        try inPages(scope.requests.map { .string($0.rawValue) }) { try refreshRequests($0) }
        try inPages(scope.secrets.map { Self.secret($0.hub, $0.alias.text) }) { try refreshSecrets($0) }
    }

    private static func secret(_ hub: String, _ alias: String) -> JSONValue { .array([.string(hub), .string(alias)]) }

    /// Hands names to a closure, as JSON arrays of a page each.
    private func inPages(_ names: [JSONValue], body: (String) throws -> Void) throws {
        for start in stride(from: 0, to: names.count, by: Self.page) {
            try step()
            try body(JSONValue.array(Array(names[start..<min(start + Self.page, names.count)])).canonicalText)
        }
    }

    private func refreshSecrets(_ page: String) throws {
        let isNamed = """
            (hub, alias) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?1))
            """
        for table in tables where table.isOfSecrets { try table.equalise(where: isNamed, [page], in: connection) }
        // A request that is served keeps its row: those that wait may have changed, here or there.
        for schema in ["main", "original"] {
            try eachPage(
                """
                SELECT r.id FROM json_each(?1) AS s CROSS JOIN \(schema).requests AS r INDEXED BY requests_by_secret
                ON r.hub = json_extract(s.value, '$[0]') AND r.alias = json_extract(s.value, '$[1]')
                WHERE r.rotation IS NULL AND r.id > ?2 ORDER BY r.id
                """,
                [.text(page)],
                from: [.text("")]
            ) { try refreshRequests($0) }
        }
    }

    private func refreshRotations(_ page: String) throws {
        let isNamed = "IN (SELECT value FROM json_each(?1))"
        try equalise("rotations", where: "id \(isNamed)", page)
        try equalise("attempts", where: "rotation \(isNamed)", page)
        // Those that they were to serve may wait again.
        try eachPage(
            "SELECT id FROM main.requests WHERE rotation \(isNamed) AND id > ?2 ORDER BY id",
            [.text(page)],
            from: [.text("")]
        ) { try refreshRequests($0) }
    }

    private func refreshRequests(_ page: String) throws {
        try equalise("requests", where: "id IN (SELECT value FROM json_each(?1))", page)
    }

    private func equalise(_ table: String, where condition: String, _ page: String) throws {
        try tables.first { $0.name == table }?.equalise(where: condition, [page], in: connection)
    }

    // MARK: All that may have changed

    /// Rotations and requests change with an entry that names them, unless they are open, or wait.
    private func refreshAll(after head: Int64) throws {
        try refreshLogged(after: head)
        for schema in ["main", "original"] {
            try eachPage(
                """
                SELECT id, hub, alias FROM \(schema).rotations INDEXED BY rotations_open
                WHERE closed_at IS NULL AND (hub, alias, id) > (?2, ?3, ?1) ORDER BY hub, alias, id
                """,
                from: [.text(""), .text(""), .text("")]
            ) { try refreshRotations($0) }
            try eachPage(
                """
                SELECT id, hub, alias FROM \(schema).requests INDEXED BY requests_by_secret
                WHERE rotation IS NULL AND (hub, alias, id) > (?2, ?3, ?1) ORDER BY hub, alias, id
                """,
                from: [.text(""), .text(""), .text("")]
            ) { try refreshRequests($0) }
        }
    }

    private func refreshLogged(after head: Int64) throws {
        // An entry of a rotation follows others of the same one closely: each page names it once.
        var (rotations, requests, last) = (Set<String>(), Set<String>(), head)
        while true {
            try step()
            var rows = 0
            try connection.each(
                """
                SELECT seq, \(LineSQL.member("rotation")),
                    CASE \(LineSQL.member("event")) WHEN 'rotation.requested'
                        THEN \(LineSQL.member("detail.request")) END
                FROM original.audit_log WHERE seq > ?1 ORDER BY seq LIMIT \(Self.page)
                """,
                [last]
            ) { row throws(SQLiteError) in
                (last, rows) = (try row.get(0), rows + 1)
                if let rotation = try row.get(1, as: String?.self) { rotations.insert(rotation) }
                if let request = try row.get(2, as: String?.self) { requests.insert(request) }
            }
            try refreshRotations(JSONValue.array(rotations.map { .string($0) }).canonicalText)
            try refreshRequests(JSONValue.array(requests.map { .string($0) }).canonicalText)
            guard rows == Self.page else { return }
            rotations.removeAll(keepingCapacity: true)
            requests.removeAll(keepingCapacity: true)
        }
    }

    /// Hands names to a closure, which may change what they were read from, as JSON arrays of a page each.
    ///
    /// - Parameters:
    ///   - sql: A query in the order of its columns, whose first one is the name; the rows of a page come after its last values.
    ///   - values: Its first values.
    ///   - start: Its last values, for the first page: one for each column.
    private func eachPage(
        _ sql: String,
        _ values: [Value] = [],
        from start: [Value],
        body: (String) throws -> Void
    ) throws {
        var last = start
        while true {
            try step()
            var names: [JSONValue] = []
            try connection.each("\(sql) LIMIT \(Self.page)", values + last) { row throws(SQLiteError) in
                names.append(.string(try row.get(0)))
                for index in start.indices { last[index] = try row.get(Int32(index)) }
            }
            if !names.isEmpty { try body(JSONValue.array(names).canonicalText) }
            guard names.count == Self.page else { return }
        }
    }
}

extension CopyTable {
    /// Whether each of its rows is about a secret, which its key begins with.
    fileprivate var isOfSecrets: Bool { key.starts(with: ["hub", "alias"]) }
}
