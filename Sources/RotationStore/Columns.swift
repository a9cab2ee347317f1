import Foundation
import RotationCore
package import SQLite
import Scheduling

extension Instant: ColumnValue {
    package var column: Value { .integer(rawValue) }

    /// Answers nil outside ``Scheduling/Instant/range``: a damaged due instant must fail its row, not rotate at once.
    package init?(column: Value) {
        guard case .integer(let milliseconds) = column, Self.range.contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }
}

extension RotationID: ColumnValue {}
extension Trigger: ColumnValue {}

extension Duration {
    /// The duration as it is stored.
    var column: Int64 { milliseconds }
}

/// The two columns that say who may use a secret.
struct WorkspaceColumns {
    var type: String?
    var workspaces: String?

    init(_ access: WorkspaceAccess?) {
        switch access {
        case nil: break
        case .all: type = "ALL"
        case .nobody: type = "NONE"
        case .only(let names):
            type = "SOME"
            workspaces = JSONValue.array(names.map(JSONValue.string)).canonicalText
        }
    }

    init(type: String?, workspaces: String?) {
        self.type = type
        self.workspaces = workspaces
    }

    /// - Throws: ``RotationEngine/UndecodableRow`` for other words.
    func access(row: @autoclosure () -> String) throws(UndecodableRow) -> WorkspaceAccess? {
        switch type {
        case nil: return nil
        case "ALL": return .all
        case "NONE": return .nobody
        case "SOME":
            let names = workspaces.flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
            guard let names else { throw UndecodableRow(row: row()) }
            return .only(names)
        default: throw UndecodableRow(row: row())
        }
    }
}

extension SecretName {
    /// Reads the two columns that name a secret.
    init(hub: String, alias: String, row: @autoclosure () -> String) throws(UndecodableRow) {
        guard let alias = SecretAlias(alias) else { throw UndecodableRow(row: row()) }
        self.init(hub: hub, alias: alias)
    }
}

/// Reads a row so that one that holds what it should not fails alone.
///
/// - Throws: ``RotationEngine/UndecodableRow`` for a value of another type or out of range, else `SQLiteError`.
func decoding<T>(_ row: @autoclosure () -> String, _ read: () throws -> T) throws -> T {
    do {
        return try read()
    } catch let error as SQLiteError where error.code == .mismatch {
        throw UndecodableRow(row: row())
    }
}

extension Row {
    /// The name of a row whose first columns are texts, as far as they can be read.
    func name(_ table: String, columns: Range<Int32>) -> String {
        let parts = columns.map { (try? get($0, as: String.self)) ?? "?" }
        return "\(table) \(parts.joined(separator: "/"))"
    }
}

/// What a count may be: a damaged one must not overflow when it grows.
let plausibleCounts = 0...1_000_000_000
