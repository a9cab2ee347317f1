import RotationCore
import SecretMemory
import TestSupport
import Testing
import ValueGenerators

@Suite("Specifications of generators")
struct GeneratorSpecificationTests {
    static func all() throws -> [GeneratorSpecification] {
        [
            .password(try PasswordPolicy()),
            .password(try PasswordPolicy(length: 31)),
            .password(try PasswordPolicy(minima: [.upper: 1, .lower: 1, .digit: 1])),
            .password(try PasswordPolicy(minima: [.upper: 2, .lower: 1, .digit: 1, .symbol: 1])),
            .password(try PasswordPolicy(excluded: "0O\"\\/l1")),
            .password(try PasswordPolicy(symbols: "!/\\\"#")),
            .password(try PasswordPolicy(symbols: "#")),
            .token(try TokenPolicy()),
            .token(try TokenPolicy(bytes: 33)),
            .token(try TokenPolicy(encoding: .hex)),
            .uuid(.v4),
            .uuid(.v7),
            .totpSeed(try TOTPSeedPolicy()),
        ]
    }

    @Test("what was written as JSON is read back the same")
    func roundTrip() throws {
        for specification in try Self.all() {
            let read = try #require(GeneratorSpecification(json: specification.json))
            #expect(read == specification)
            #expect(read.json == specification.json)
            #expect(read.policyHash == specification.policyHash)
        }
    }

    @Test("different specifications have different hashes")
    func distinct() throws {
        let all = try Self.all()
        #expect(Set(all.map(\.policyHash)).count == all.count)
    }

    // Pinned: the hash stands in stored rows and in the audit log. The hashes were made with Python's hashlib.
    @Test("JSON and hash never change")
    func pinned() throws {
        let password = GeneratorSpecification.password(try PasswordPolicy())
        let classes = #"{"digit":1,"lower":1,"symbol":1,"upper":1}"#
        let symbols = "!#$%&()*+,-.:;<=>?@[]^_{|}~"
        #expect(
            password.json
                == #"{"classes":\#(classes),"exclude":"","length":32,"symbols":"\#(symbols)","type":"password"}"#
        )
        #expect(password.policyHash == "5ffd3da81ddb3e28d4a5c967f162e259")
        let token = GeneratorSpecification.token(try TokenPolicy())
        #expect(token.json == #"{"bytes":32,"encoding":"base64url","type":"token"}"#)
        #expect(token.policyHash == "3ede2b7f7d490fe704866762f7d4a6b9")
        #expect(GeneratorSpecification.uuid(.v4).policyHash == "6d9d0f24c6215adee50e514e2dce5896")
        #expect(GeneratorSpecification.uuid(.v7).policyHash == "fe9a3ec75677c2aa10b6c11a64bddac2")
        let seed = GeneratorSpecification.totpSeed(try TOTPSeedPolicy())
        #expect(seed.json == #"{"bytes":20,"type":"totp_seed"}"#)
        #expect(seed.policyHash == "400564ca97721c057144e3a918ecf77b")
    }

    @Test(
        "other JSON is not read",
        arguments: [
            "", "{}", "[]", "null", #"{"type":"dice"}"#, #"{"type":"uuid","version":5}"#, #"{"type":"uuid"}"#,
            #"{"type":"token","bytes":15,"encoding":"hex"}"#, #"{"type":"token","bytes":16,"encoding":"base58"}"#,
            #"{"type":"password","length":3,"classes":{"digit":1},"exclude":"","symbols":""}"#,
            #"{"type":"password","length":8,"classes":{},"exclude":"","symbols":""}"#,
            #"{"type":"password","length":8,"classes":{"digit":1,"emoji":1},"exclude":"","symbols":""}"#,
        ]
    )
    func refused(json: String) {
        #expect(GeneratorSpecification(json: json) == nil)
    }

    @Test("the built-in generators make values, and touch no other system")
    func steps() throws {
        for specification in try Self.all() {
            #expect(specification.makeGenerator(random: SystemRandom()) { 0 }.steps.isEmpty)
        }
    }

    @Test("a generated value shows nothing of itself")
    func redaction() async throws {
        let random = SeededRandom(seed: 0x5EED_0051)
        let generator = GeneratorSpecification.uuid(.v7).makeGenerator(random: random) { 0 }
        let context = GeneratorContext(hub: "hub", alias: "alias", rotation: "rotation")
        let made = try await generator.generate(context)
        var dumped = ""
        dump(made, to: &dumped)
        let leaks = [String(describing: made), String(reflecting: made), dumped].contains { $0.contains("0000-") }
        #expect(!leaks)
    }
}
