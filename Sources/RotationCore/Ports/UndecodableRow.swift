/// A row that does not hold what it should; names the row, not its content.
package struct UndecodableRow: Error, CustomStringConvertible {
    /// Which row, for example `rotations 019a…`.
    package let row: String

    package init(row: String) {
        self.row = row
    }

    package var description: String { "can't read row: \(row)" }
}
