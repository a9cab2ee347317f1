import Glibc
package import RotationCore

/// A class of characters in a password.
package enum CharacterClass: String, Hashable, Sendable, CaseIterable {
    case upper
    case lower
    case digit
    case symbol
}

/// The policy of passwords: length, characters, and the minimum number of each class.
///
/// Each instance can be satisfied.
package struct PasswordPolicy: Hashable, Sendable {
    /// The number of characters.
    package let length: Int
    /// The classes in use, each with its minimum number of characters.
    package let minima: [CharacterClass: Int]
    /// Excluded characters.
    @Exact package private(set) var excluded: String
    /// The characters of ``CharacterClass/symbol``.
    package let symbols: String
    /// The only allowed characters; nil for all characters of the classes.
    @Exact package private(set) var allowed: String?
    /// Whether two equal characters in a row are forbidden.
    package let isWithoutRuns: Bool

    /// The allowed range of ``length``.
    package static let lengths = 4...1024
    /// Symbols that no common connection string, shell or URL treats as a delimiter.
    package static let standardSymbols = "!#$%&()*+,-.:;<=>?@[]^_{|}~"
    /// One of each class.
    package static let standardMinima: [CharacterClass: Int] = [.upper: 1, .lower: 1, .digit: 1, .symbol: 1]

    /// Creates a policy, and checks that it can be satisfied.
    package init(
        length: Int = 32,
        minima: [CharacterClass: Int] = standardMinima,
        excluded: String = "",
        symbols: String = standardSymbols,
        allowed: String? = nil,
        isWithoutRuns: Bool = false
    ) throws(InvalidPolicy) {
        guard Self.lengths.contains(length) else { throw .length(length, allowed: Self.lengths) }
        for (name, minimum) in minima where minimum < 0 { throw .negativeMinimum(name) }
        guard !minima.isEmpty else { throw .noClasses }
        let isPunctuation = { (character: Character) in
            character.asciiValue.map { (0x21...0x7E).contains($0) && !character.isLetter && !character.isNumber }
                ?? false
        }
        if let bad = symbols.first(where: { !isPunctuation($0) }) { throw .symbol(bad) }
        var seen: Set<Character> = []
        if let twice = symbols.first(where: { !seen.insert($0).inserted }) { throw .symbol(twice) }
        self.length = length
        self.minima = minima
        // By code point, because a Character can consist of several.
        self.excluded = String(String.UnicodeScalarView(Set(excluded.unicodeScalars).sorted()))
        self.symbols = symbols
        self.allowed = allowed.map { String(String.UnicodeScalarView(Set($0.unicodeScalars).sorted())) }
        self.isWithoutRuns = isWithoutRuns
        for name in CharacterClass.allCases where minima[name] != nil && alphabet(of: name).isEmpty {
            throw .emptyClass(name)
        }
        // Compare each with the length first: the sum could overflow.
        let sum = minima.values.reduce(0) { $0 + min($1, length + 1) }
        guard sum <= length else { throw .minimaExceedLength(sum: sum, length: length) }
        guard isWithoutRuns else { return }
        guard RunFreeTable.isFeasible(self) else { throw .tooManyMinima }
        if RunFreeTable(self).logarithmOfCount == -.infinity { throw .runs }
    }

    /// The allowed characters of a class.
    package func alphabet(of name: CharacterClass) -> [UInt8] {
        let all =
            switch name {
            case .upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            case .lower: "abcdefghijklmnopqrstuvwxyz"
            case .digit: "0123456789"
            case .symbol: symbols
            }
        let (excluded, allowed) = (Set(excluded.utf8), allowed.map { Set($0.utf8) })
        return all.utf8.filter { !excluded.contains($0) && allowed?.contains($0) ?? true }
    }

    /// The classes in use, in a fixed order.
    var classes: [(alphabet: [UInt8], minimum: Int)] {
        CharacterClass.allCases.compactMap { name in minima[name].map { (alphabet(of: name), $0) } }
    }

    /// The binary logarithm of the number of passwords that satisfy the policy; all are equally likely.
    package var entropy: Double? {
        (isWithoutRuns ? RunFreeTable(self).logarithmOfCount : CompositionTable(self).logarithmOfCount) / log(2)
    }
}

extension PasswordPolicy: BuiltInPolicy {
    package static let type = "password"
    package static let fileParameters = [
        GeneratorParameter("length", .integer(lengths), standard: 32),
        GeneratorParameter(
            "classes",
            .counts(of: CharacterClass.allCases.map(\.rawValue), in: 0...lengths.upperBound),
            standard: classes(standardMinima)
        ),
        GeneratorParameter("exclude", .text, standard: ""),
        GeneratorParameter("symbols", .text, standard: .string(standardSymbols)),
        GeneratorParameter("allowed", .text),
        GeneratorParameter("no_runs", .flag),
    ]
    package static func standard() throws(InvalidPolicy) -> PasswordPolicy { try PasswordPolicy() }

    package init(_ parameters: PolicyParameters) throws(InvalidPolicy) {
        var minima: [CharacterClass: Int] = [:]
        for (name, minimum) in try parameters.object("classes") {
            guard let known = CharacterClass(rawValue: name), case .integer(let number) = minimum,
                let count = Int(exactly: number)
            else { throw .parameter("classes") }
            minima[known] = count
        }
        try self.init(
            length: parameters.integer("length"),
            minima: minima,
            excluded: parameters.text("exclude"),
            symbols: parameters.text("symbols"),
            allowed: parameters.textIfPresent("allowed"),
            isWithoutRuns: parameters.flag("no_runs")
        )
    }

    package var parameters: [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "length": .integer(Int64(length)), "classes": Self.classes(minima),
            "exclude": .string(excluded), "symbols": .string(symbols),
        ]
        fields["allowed"] = allowed.map(JSONValue.string)
        if isWithoutRuns { fields["no_runs"] = true }
        return fields
    }

    private static func classes(_ minima: [CharacterClass: Int]) -> JSONValue {
        let counts = minima.map { ($0.key.rawValue, JSONValue.integer(Int64($0.value))) }
        return .object(Dictionary(counts) { first, _ in first })
    }

    package func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator {
        PasswordGenerator(policy: self, random: host.random)
    }
}
