import Foundation
import Glibc
import RotationDaemon

/// A table for people: aligned columns, coloured on a terminal only.
struct Table {
    /// The colour of a cell on a terminal.
    enum Colour: Int {
        case plain = 0
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
    }

    /// One cell.
    struct Cell: ExpressibleByStringInterpolation {
        var text: String
        var colour: Colour = .plain

        init(_ text: String, _ colour: Colour = .plain) {
            self.text = printableLine(text)
            self.colour = colour
        }

        init(stringLiteral value: String) {
            self.init(value)
        }
    }

    private let header: [String]
    private var rows: [[Cell]] = []
    /// Whether a part with the header was printed.
    private var isContinued = false

    init(_ header: String...) {
        self.header = header
    }

    mutating func add(_ cells: Cell...) {
        rows.append(cells)
    }

    /// Writes the table to standard output, or `empty` if there are no rows.
    func print(empty: String?) {
        guard !rows.isEmpty else {
            if let empty { Swift.print(empty) }
            return
        }
        let isColoured = Terminal.isColoured
        let widths = header.indices.map { column in
            max(header[column].count, rows.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0)
        }
        if !isContinued { Swift.print(line(header.map { Cell($0, .dim) }, widths, isColoured)) }
        for row in rows { Swift.print(line(row, widths, isColoured)) }
    }

    /// Writes the rows so far to standard output, aligned for themselves, and forgets them.
    mutating func printPart() {
        print(empty: nil)
        isContinued = isContinued || !rows.isEmpty
        rows = []
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ isColoured: Bool) -> String {
        let padded = cells.enumerated().map { column, cell in
            let isLast = column == cells.count - 1
            let padding = isLast ? "" : String(repeating: " ", count: max(0, widths[column] - cell.text.count))
            guard isColoured, cell.colour != .plain else { return cell.text + padding }
            return "\u{1B}[\(cell.colour.rawValue)m\(cell.text)\u{1B}[0m" + padding
        }
        return padded.joined(separator: "  ")
    }
}

/// The properties of standard output.
enum Terminal {
    /// Whether colours may be written: on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
    static var isColoured: Bool {
        let noColor = ProcessInfo.processInfo.environment["NO_COLOR"] ?? ""
        return isatty(STDOUT_FILENO) == 1 && noColor.isEmpty
    }
}
