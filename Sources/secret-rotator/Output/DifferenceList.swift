import RotationCore
import Scheduling

/// The changes of schedules that were made or would be made, for output.
struct DifferenceList {
    private let differences: [ScheduleDifference]
    private let unchanged: Int?

    /// - Parameter unchanged: How many schedules stay as they are; nil to leave it out.
    init(_ differences: [ScheduleDifference], unchanged: Int? = nil) {
        self.differences = differences
        self.unchanged = unchanged
    }

    func print(json: Bool) {
        guard !json else {
            for difference in differences { Swift.print(difference.json.canonicalText) }
            return
        }
        var table = Table("CHANGE", "SECRET", "WHAT", "NEXT DUE")
        for difference in differences {
            table.add(
                .init(difference.change.rawValue, difference.change.colour),
                .init("\(difference.secret)"),
                .init(Self.what(difference)),
                .init(difference.change == .removed ? "" : difference.nextDue.shortOrOnChange)
            )
        }
        table.print(empty: "nothing to change")
        if let unchanged, !differences.isEmpty { printText("\(unchanged) unchanged") }
    }

    private static func what(_ difference: ScheduleDifference) -> String {
        switch difference.change {
        case .added, .removed:
            let fields = difference.change == .added ? difference.new : difference.old
            return fields.sorted { $0.key < $1.key }
                .map { "\($0.key)=\(brief($0.value))" }
                .joined(separator: " ")
        case .changed:
            let keys = Set(difference.old.keys).union(difference.new.keys).sorted()
            return keys.map { key in
                "\(key): \(difference.old[key]?.word ?? "(none)") → \(difference.new[key]?.word ?? "(none)")"
            }
            .joined(separator: ", ")
        }
    }

    /// A value on one line: for a generator only its type; `--json` has all of it.
    private static func brief(_ value: JSONValue) -> String {
        if case .object(let fields) = value { return fields["type"]?.word ?? value.word }
        return value.word
    }
}

extension ScheduleDifference.Change {
    fileprivate var colour: Table.Colour {
        switch self {
        case .added: .green
        case .changed: .yellow
        case .removed: .red
        }
    }
}

extension ScheduleDifference {
    /// The change for `--json`.
    fileprivate var json: JSONValue {
        .fields([
            "change": .string(change.rawValue),
            "secret": .string("\(secret)"),
            "old": old.isEmpty ? nil : .object(old),
            "new": new.isEmpty ? nil : .object(new),
            "next_due": .instant(nextDue),
        ])
    }
}
