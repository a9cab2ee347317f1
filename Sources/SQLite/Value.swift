/// A value as SQLite stores it (<https://sqlite.org/datatype3.html>).
package enum Value: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// A type that can be stored in one column.
///
/// `init(column:)` returns nil for a value of another storage class: nothing is converted silently.
package protocol ColumnValue: Sendable {
    /// The value to bind.
    var column: Value { get }
    /// Reads the value; nil if the storage class is another.
    init?(column: Value)
}

/// A value of whichever storage class.
extension Value: ColumnValue {
    package var column: Value { self }
    package init?(column: Value) { self = column }
}

extension Int64: ColumnValue {
    package var column: Value { .integer(self) }
    package init?(column: Value) {
        guard case .integer(let value) = column else { return nil }
        self = value
    }
}

extension Int: ColumnValue {
    package var column: Value { .integer(Int64(self)) }
    package init?(column: Value) {
        guard case .integer(let value) = column, let value = Int(exactly: value) else { return nil }
        self = value
    }
}

extension Bool: ColumnValue {
    package var column: Value { .integer(self ? 1 : 0) }
    /// Reads 0 and 1; other numbers are not accepted.
    package init?(column: Value) {
        switch column {
        case .integer(0): self = false
        case .integer(1): self = true
        default: return nil
        }
    }
}

extension Double: ColumnValue {
    package var column: Value { .real(self) }
    package init?(column: Value) {
        guard case .real(let value) = column else { return nil }
        self = value
    }
}

extension String: ColumnValue {
    package var column: Value { .text(self) }
    package init?(column: Value) {
        guard case .text(let value) = column else { return nil }
        self = value
    }
}

extension [UInt8]: ColumnValue {
    package var column: Value { .blob(self) }
    package init?(column: Value) {
        guard case .blob(let value) = column else { return nil }
        self = value
    }
}

extension Optional: ColumnValue where Wrapped: ColumnValue {
    package var column: Value { self?.column ?? .null }
    package init?(column: Value) {
        if case .null = column {
            self = nil
            return
        }
        guard let value = Wrapped(column: column) else { return nil }
        self = value
    }
}

extension ColumnValue where Self: RawRepresentable, RawValue: ColumnValue {
    package var column: Value { rawValue.column }
    package init?(column: Value) {
        guard let raw = RawValue(column: column) else { return nil }
        self.init(rawValue: raw)
    }
}
