import RotationCore
import SQLite

extension History {
    /// Hands each entry that matches a query to a closure, the oldest first.
    ///
    /// - Parameters:
    ///   - query: What is asked.
    ///   - body: Gets an entry's number, and the bytes of its line, valid until it returns.
    package func eachLine(matching query: AuditQuery, _ body: (Int64, UnsafeRawBufferPointer) throws -> Void) throws {
        let (sql, values) = query.sql("seq, line")
        try connection.forEach(sql, values) { row in
            let seq = try row.get(0, as: Int64.self)
            try row.withBytes(1) { try body(seq, $0) }
        }
    }

    /// Hands the members of each entry that matches a query to a closure, the oldest first.
    package func eachEntry(matching query: AuditQuery, _ body: (LoggedEntry) throws -> Void) throws {
        let (sql, values) = query.sql(LoggedEntry.columns)
        try connection.forEach(sql, values) { row in try body(try LoggedEntry(row)) }
    }

    /// Runs a closure whose reads see one state of the history, whatever a daemon appends; within another one, the same state.
    package func snapshot<T>(_ body: () throws -> T) throws -> T {
        try connection.isInTransaction ? body() : connection.transaction(.deferred, body)
    }
}

/// The members of an entry of the log; nil for those that it lacks, and all but the number for a line that is no JSON.
package struct LoggedEntry: Hashable, Sendable {
    package var seq: Int64
    /// RFC 3339, in UTC with milliseconds.
    package var time: String?
    package var event: String?
    package var hub: String?
    package var alias: String?
    package var rotation: String?
    package var trigger: String?
    package var actorKind: String?
    package var actorName: String?
    package var actorUID: Int64?
    /// The fields of the event, as JSON.
    package var detail: String?
    package var host: String?
    package var boot: String?
    package var version: String?

    /// SQL that selects the members, in this order.
    static let columns: String = {
        let members = [
            "time", "event", "hub", "alias", "rotation", "trigger", "actor.kind", "actor.name", "actor.uid", "detail",
            "host", "boot", "version",
        ]
        return (["seq"] + members.map(LineSQL.member)).joined(separator: ", ")
    }()

    init(_ row: borrowing Row) throws(SQLiteError) {
        seq = try row.get(0)
        time = try row.get(1)
        event = try row.get(2)
        hub = try row.get(3)
        alias = try row.get(4)
        rotation = try row.get(5)
        trigger = try row.get(6)
        actorKind = try row.get(7)
        actorName = try row.get(8)
        actorUID = try row.get(9)
        detail = try row.get(10)
        host = try row.get(11)
        boot = try row.get(12)
        version = try row.get(13)
    }
}
