import RotationCore
import Testing
import ValueGenerators

@Suite("Policies of passwords")
struct PasswordPolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable () throws -> PasswordPolicy
        let reason: InvalidPolicy

        init(_ name: String, _ reason: InvalidPolicy, _ make: @escaping @Sendable () throws -> PasswordPolicy) {
            testDescription = name
            self.reason = reason
            self.make = make
        }
    }

    static let unsatisfiable: [Case] = [
        Case("too short", .length(3, allowed: 4...1024)) { try PasswordPolicy(length: 3) },
        Case("no length", .length(0, allowed: 4...1024)) { try PasswordPolicy(length: 0) },
        Case("negative length", .length(-1, allowed: 4...1024)) { try PasswordPolicy(length: -1) },
        Case("too long", .length(1025, allowed: 4...1024)) { try PasswordPolicy(length: 1025) },
        Case("no classes", .noClasses) { try PasswordPolicy(minima: [:]) },
        Case("negative minimum", .negativeMinimum(.lower)) { try PasswordPolicy(minima: [.lower: -1, .upper: 1]) },
        Case("all digits excluded", .emptyClass(.digit)) {
            try PasswordPolicy(minima: [.digit: 1], excluded: "0123456789")
        },
        Case("all digits excluded, none asked for", .emptyClass(.digit)) {
            try PasswordPolicy(minima: [.digit: 0, .upper: 1], excluded: "9876543210")
        },
        Case("no symbols", .emptyClass(.symbol)) { try PasswordPolicy(symbols: "") },
        Case("all symbols excluded", .emptyClass(.symbol)) { try PasswordPolicy(excluded: "!#", symbols: "#!") },
        Case("minima above the length", .minimaExceedLength(sum: 5, length: 4)) {
            try PasswordPolicy(length: 4, minima: [.digit: 2, .upper: 3])
        },
        Case("a letter as symbol", .symbol("a")) { try PasswordPolicy(symbols: "!a") },
        Case("a digit as symbol", .symbol("1")) { try PasswordPolicy(symbols: "!1") },
        Case("a space as symbol", .symbol(" ")) { try PasswordPolicy(symbols: "! ") },
        Case("a control as symbol", .symbol("\u{7F}")) { try PasswordPolicy(symbols: "!\u{7F}") },
        Case("another alphabet's symbol", .symbol("§")) { try PasswordPolicy(symbols: "!§") },
        Case("a symbol twice", .symbol("#")) { try PasswordPolicy(symbols: "!##") },
    ]

    @Test("a policy that can't be satisfied is refused with its reason", arguments: unsatisfiable)
    func refused(_ example: Case) {
        #expect(throws: example.reason) { try example.make() }
    }

    @Test("minima that add up to the length are satisfied", arguments: [4, 1024])
    func tight(length: Int) throws {
        let policy = try PasswordPolicy(length: length, minima: [.digit: 2, .upper: length - 2])
        #expect(policy.length == length)
    }

    @Test("minima that add up beyond all numbers are refused, not a crash")
    func overflow() async {
        await #expect(processExitsWith: .success) {
            #expect(throws: InvalidPolicy.self) { try PasswordPolicy(minima: [.upper: .max, .digit: 1]) }
        }
    }

    @Test("excluded characters count, not their order or number", arguments: ["abz", "zab", "bbaaz"])
    func order(excluded: String) throws {
        #expect(try PasswordPolicy(excluded: excluded) == PasswordPolicy(excluded: "abz"))
    }

    @Test(
        "an excluded character is in no class, whatever stands beside it",
        arguments: ["a", "xa", "a!", "\u{301}a", "a€", "😀a"]
    )
    func excluded(excluded: String) throws {
        let alphabet = try PasswordPolicy(excluded: excluded).alphabet(of: .lower)
        #expect(!alphabet.contains(UInt8(ascii: "a")))
        #expect(alphabet.contains(UInt8(ascii: "b")))
    }

    @Test("the standard symbols leave out quotes, slashes and backslashes")
    func standardSymbols() {
        #expect(Set(PasswordPolicy.standardSymbols).isDisjoint(with: "\"'`/\\ "))
        #expect(PasswordPolicy.standardSymbols.count == 27)
    }
}
