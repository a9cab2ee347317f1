import Scheduling
package import Yams

/// Reads the keys of one mapping, and reports invalid values and unknown keys.
package struct MappingReader {
    private let node: Node
    /// The path of the mapping in the file, with a dot at its end.
    private let path: String
    private let entries: [String: (key: Node, value: Node)]
    private let diagnostics: Diagnostics
    private var known: Set<String> = []

    /// - Parameters:
    ///   - name: The mapping's name, for the error if the node is no mapping.
    ///   - path: The path of the mapping in the file, with a dot at its end.
    package init(_ node: Node, name: String, path: String = "", _ diagnostics: Diagnostics) {
        self.node = node
        self.path = path
        self.diagnostics = diagnostics
        var entries: [String: (key: Node, value: Node)] = [:]
        if case .mapping(let mapping) = node {
            for (key, value) in mapping { entries[key.scalar?.string ?? ""] = (key, value) }
        } else if !node.isNull {
            diagnostics.report("\(name) must be a mapping of keys to values", at: node)
        }
        self.entries = entries
    }

    /// The keys in the mapping, sorted.
    package var keys: [String] { entries.keys.sorted() }

    /// Reports an error of a key's value.
    package func report(_ message: String, key: String) {
        diagnostics.report("\(key): \(message)", at: entries[key]?.value ?? node)
    }

    /// A key's value as a node.
    package mutating func value(_ key: String) -> Node? {
        known.insert(key)
        diagnostics.recorder?.ask(path + key)
        guard let value = entries[key]?.value, !value.isNull else { return nil }
        return value
    }

    /// A key's converted value; an invalid one is reported with what was expected.
    ///
    /// - Parameter isSecret: Whether the value must not be shown, because it could be a secret, such as a token instead
    ///   of its file's name.
    package mutating func scalar<T>(
        _ key: String,
        expected: String,
        isSecret: Bool = false,
        convert: (String) -> T?
    ) -> T? {
        diagnostics.recorder?.note(path + key, form: expected)
        guard let value = value(key) else { return nil }
        guard case .scalar(let scalar) = value, let converted = convert(scalar.string) else {
            let text = isSecret ? "expected a" : value.scalar.map { "\"\($0.string)\" is no" } ?? "expected"
            diagnostics.report("\(key): \(text) \(expected)", at: value)
            return nil
        }
        return converted
    }

    /// A key's value or list of values, converted; nil if the key is absent or a value is invalid.
    ///
    /// - Parameter mayBeEmpty: Whether an empty list is valid.
    package mutating func scalars<T>(
        _ key: String,
        expected: String,
        isSecret: Bool = false,
        mayBeEmpty: Bool = false,
        convert: (String) -> T?
    ) -> [T]? {
        guard case .sequence(let sequence)? = value(key) else {
            let scalar = scalar(key, expected: expected, isSecret: isSecret, convert: convert).map { [$0] }
            diagnostics.recorder?.note(path + key, form: expected + ", or a list")
            return scalar
        }
        diagnostics.recorder?.note(path + key, form: expected + ", or a list")
        let converted = sequence.compactMap { $0.isNull ? nil : $0.scalar.flatMap { convert($0.string) } }
        guard converted.count == sequence.count, mayBeEmpty || !converted.isEmpty else {
            diagnostics.report("\(key): expected a list, each a \(expected)", at: value(key))
            return nil
        }
        return converted
    }

    /// A non-empty text.
    package mutating func text(_ key: String) -> String? {
        scalar(key, expected: "text") { $0.isEmpty ? nil : $0 }
    }

    /// An absolute path.
    package mutating func path(_ key: String) -> String? {
        scalar(key, expected: "absolute path") { $0.hasPrefix("/") ? $0 : nil }
    }

    /// `true` or `false`.
    package mutating func bool(_ key: String) -> Bool? {
        scalar(key, expected: "truth value: use true or false") { ["true": true, "false": false][$0] }
    }

    /// A whole number.
    ///
    /// - Parameter form: The form for the reference, if the range depends on other keys.
    package mutating func integer(_ key: String, in range: ClosedRange<Int>, form: String? = nil) -> Int? {
        let number = scalar(key, expected: "whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            // Rejects +5 and 05, also in quotes.
            Int(text).flatMap { range.contains($0) && "\($0)" == text ? $0 : nil }
        }
        if let form { diagnostics.recorder?.note(path + key, form: form) }
        return number
    }

    /// A duration such as `30s`.
    package mutating func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        let bounds = "\(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
        return scalar(key, expected: "duration from \(bounds), such as 500ms, 30s, 5m, 12h, 30d or 2w") {
            DurationText.parse($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of several words; an unknown one is reported with the nearest valid one.
    package mutating func choice<T: RawRepresentable & CaseIterable>(_ key: String, _ type: T.Type) -> T?
    where T.RawValue == String {
        choice(key, among: T.allCases.map(\.rawValue)).flatMap(T.init(rawValue:))
    }

    /// One of several words; an unknown one is reported with the nearest valid one.
    package mutating func choice(_ key: String, among words: [String]) -> String? {
        let text = scalar(key, expected: "word") { $0 }
        diagnostics.recorder?.note(path + key, form: words.joined(separator: ", "))
        guard let text else { return nil }
        if words.contains(text) { return text }
        let hint = nearest(to: text, in: words).map { "; did you mean \($0)?" } ?? ""
        report("\"\(text)\" is none of \(words.joined(separator: ", "))\(hint)", key: key)
        return nil
    }

    /// A list of texts; nil if the key is absent.
    ///
    /// - Parameter form: The form of the list.
    package mutating func texts(_ key: String, form: String = "list of texts") -> [String]? {
        diagnostics.recorder?.note(path + key, form: form)
        guard let value = value(key) else { return nil }
        guard case .sequence(let sequence) = value else {
            diagnostics.report("\(key): expected a list, such as [first, second]", at: value)
            return nil
        }
        return sequence.compactMap { item in
            if item.isNull {
                diagnostics.report("\(key): null is no text: write it in quotes", at: item)
                return nil
            }
            if let text = item.scalar?.string, !text.isEmpty { return text }
            diagnostics.report("\(key): expected text", at: item)
            return nil
        }
    }

    /// The items of a list; empty if the key is absent.
    package mutating func items(_ key: String) -> [Node] {
        diagnostics.recorder?.note(path + key, form: "list")
        guard let value = value(key) else { return [] }
        guard case .sequence(let sequence) = value else {
            diagnostics.report("\(key): expected a list", at: value)
            return []
        }
        return Array(sequence)
    }

    /// A reader of a mapping inside this one.
    ///
    /// - Parameter key: The mapping's key, with brackets if it is one of a list: `notifications[]`.
    package func reader(of node: Node, name: String, at key: String) -> MappingReader {
        MappingReader(node, name: name, path: path + key + ".", diagnostics)
    }

    /// A reader of a key's mapping; nil if the key is absent.
    package mutating func mapping(_ key: String) -> MappingReader? {
        value(key).map { MappingReader($0, name: key, path: path + key + ".", diagnostics) }
    }

    /// Reports a missing key, with an example.
    package func require(_ key: String, example: String) {
        diagnostics.recorder?.require(path + key)
        guard entries[key].map({ $0.value.isNull }) ?? true else { return }
        diagnostics.report("\(key) is missing, for example: \(example)", at: node)
    }

    /// Reports a missing key, with the consequence.
    package func require(_ key: String, otherwise reason: String) {
        diagnostics.recorder?.require(path + key)
        guard entries[key].map({ $0.value.isNull }) ?? true else { return }
        diagnostics.report("\(key) is missing: \(reason)", at: node)
    }

    /// Reports unknown keys, each with the nearest known key.
    package func finish() {
        for key in keys where !known.contains(key) {
            let hint = nearest(to: key, in: Array(known)).map { "; did you mean \($0)?" } ?? ""
            diagnostics.report("unknown key \"\(key)\"\(hint)", at: entries[key]?.key)
        }
    }
}

extension Node {
    /// Whether the node is an unquoted null.
    var isNull: Bool {
        guard case .scalar(let scalar) = self, scalar.isBare else { return false }
        return PlainScalar(scalar.string) == .null
    }
}

/// The word with the smallest edit distance, if that is small.
private func nearest(to word: String, in words: [String]) -> String? {
    let ranked = words.map { (word: $0, distance: editDistance(word, $0)) }
    let best = ranked.min { ($0.distance, $0.word) < ($1.distance, $1.word) }
    return best.flatMap { $0.distance <= max(2, word.count / 3) ? $0.word : nil }
}

/// Levenshtein's distance.
private func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (i, character) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in right.indices {
            let cost = diagonal + (character == right[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(cost, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
