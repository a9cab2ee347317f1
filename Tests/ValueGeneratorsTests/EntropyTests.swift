import RotationCore
import TestSupport
import Testing
import ValueGenerators

@Suite("Entropy")
struct EntropyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let length: Int
        let minima: [CharacterClass: Int]
        let bits: Double
        var testDescription: String { "\(length) characters, \(bits) bits" }
    }

    // Counted in whole numbers by Python: log2(sum of multinomials).
    static let passwords: [Case] = [
        Case(length: 32, minima: PasswordPolicy.standardMinima, bits: 207.1912287390706),
        Case(length: 4, minima: [.digit: 4], bits: 13.287712379549449),
        Case(length: 4, minima: [.digit: 0], bits: 13.287712379549449),
        Case(length: 16, minima: [.upper: 2, .digit: 3], bits: 82.5071241309695),
        Case(length: 4, minima: PasswordPolicy.standardMinima, bits: 22.06265753405417),
        Case(length: 1024, minima: PasswordPolicy.standardMinima, bits: 6631.151033309591),
    ]

    @Test("a password's bits are those of the number of passwords", arguments: passwords)
    func password(_ example: Case) throws {
        let policy = try PasswordPolicy(length: example.length, minima: example.minima)
        #expect(abs((policy.entropy ?? 0) - example.bits) < 1e-9 * example.bits)
        #expect(GeneratorSpecification.password(policy).entropy == policy.entropy)
    }

    @Test("excluded characters lower the bits")
    func exclusion() throws {
        let binary = try PasswordPolicy(length: 10, minima: [.digit: 0], excluded: "23456789")
        #expect(abs((binary.entropy ?? 0) - 10) < 1e-9)
    }

    @Test("a token has eight bits a byte", arguments: TokenPolicy.Encoding.allCases)
    func token(encoding: TokenPolicy.Encoding) throws {
        #expect(GeneratorSpecification.token(try TokenPolicy(bytes: 33, encoding: encoding)).entropy == 264)
    }

    @Test("a UUID has its random bits", arguments: [(UUIDVersion.v4, 122.0), (.v7, 74)])
    func uuid(version: UUIDVersion, bits: Double) {
        #expect(GeneratorSpecification.uuid(version).entropy == bits)
    }
}
