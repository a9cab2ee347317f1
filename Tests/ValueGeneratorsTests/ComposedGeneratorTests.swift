import Foundation
import RotationCore
import SecretMemory
import TestSupport
import Testing
import ValueGenerators

/// Key pairs, seeds for one-time passwords, and templates, each held against a program that we did not write.
struct ComposedGeneratorTests {
    /// Prints what openssl reads of a key in PEM, base64 a line.
    private static let openssl = """
        import base64, subprocess, sys
        for line in sys.stdin:
            pem = base64.b64decode(line)
            run = lambda *a: subprocess.run(['openssl', *a], input=pem, capture_output=True)
            check = run('pkey', '-check', '-noout')
            text = run('pkey', '-text', '-noout').stdout.decode()
            public = run('pkey', '-pubout').stdout
            print(check.returncode == 0, text.splitlines()[0].split(':')[0].strip(), base64.b64encode(public).decode(),
                sep='|')
        """

    @Test(arguments: [
        (KeyPairPolicy.Algorithm.ed25519, "ED25519 Private-Key"), (.p256, "Private-Key"), (.rsa3072, "Private-Key"),
    ])
    func keyIsOneThatOpenSSLKnows(algorithm: KeyPairPolicy.Algorithm, kind: String) async throws {
        let specification = GeneratorSpecification.keyPair(try KeyPairPolicy(algorithm: algorithm))
        let pem = try await specification.draw(SystemRandom())
        let answer = try Python.run(Self.openssl, lines: [Data(pem).base64EncodedString()])
        let parts = try #require(answer.first?.split(separator: "|").map(String.init))
        #expect(parts.first == "True" && parts.dropFirst().first?.hasPrefix(kind) == true)
        #expect(specification.entropy == 128)
    }

    @Test(arguments: [16, 20, 32, 33, 64])
    func seedIsBase32OfSoManyBytes(bytes: Int) async throws {
        let specification = GeneratorSpecification.totpSeed(try TOTPSeedPolicy(bytes: bytes))
        let program = """
            import base64, sys
            for line in sys.stdin:
                text = line.strip()
                data = base64.b32decode(text + '=' * (-len(text) % 8))
                print(len(data), base64.b32encode(data).decode().rstrip('=') == text)
            """
        let seeds = try await specification.draw(5, seed: UInt64(bytes))
        #expect(try Python.run(program, lines: seeds) == Array(repeating: "\(bytes) True", count: 5))
        #expect(specification.entropy == Double(bytes * 8))
    }

    @Test func templateIsFilledAndEscaped() async throws {
        let symbols = try PasswordPolicy(length: 16, minima: [.symbol: 16], symbols: "\"\\")
        let policy = try TemplatePolicy(
            template: #"{"user":"svc","password":"{{ password }}","pin":"{{pin}}","again":"{{pin}}","{x}":"{{}}"}"#,
            format: .json,
            parts: ["pin": .password(symbols)]
        )
        let specification = GeneratorSpecification.template(policy)
        let program = """
            import json, sys
            for line in sys.stdin:
                value = json.loads(line)
                print(value['user'], len(value['password']), set(value['pin']) <= {'"', chr(92)}, len(value['pin']),
                    value['pin'] == value['again'], value['{x}'])
            """
        let values = try await specification.draw(20, seed: 7)
        #expect(try Python.run(program, lines: values) == Array(repeating: "svc 32 True 16 True {{}}", count: 20))
        let parts = try (PasswordPolicy().entropy ?? 0) + (symbols.entropy ?? 0)
        #expect(abs((specification.entropy ?? 0) - parts) < 1e-9)
        let text = try TemplatePolicy(template: "u:{{token}}@h")
        let one = try await GeneratorSpecification.template(text).draw(1, seed: 1).first
        #expect(one?.hasPrefix("u:") == true && one?.hasSuffix("@h") == true && one?.count == 47)
    }

    @Test func templateThatCanNotBeFilledIsRefused() throws {
        let refused: [(String, TemplatePolicy.Format, [String: GeneratorSpecification])] = [
            ("no place", .text, [:]), ("{{unknown}}", .text, [:]), ("{{password}}", .text, ["pin": .uuid(.v4)]),
            ("{\"a\":{{password}}", .json, [:]), ("{{k}}", .text, ["k": .command(try CommandPolicy(command: "x"))]),
            ("{{k}}", .text, ["k": .keyPair(try KeyPairPolicy(publicFile: "/tmp/x"))]),
        ]
        for (template, format, parts) in refused {
            #expect(throws: InvalidPolicy.self, "\(template)") {
                try TemplatePolicy(template: template, format: format, parts: parts)
            }
        }
    }

    @Test func specificationsAreReadBack() throws {
        let all: [GeneratorSpecification] = [
            .keyPair(try KeyPairPolicy(algorithm: .p256, publicFile: "/srv/key.pub")), .keyPair(try KeyPairPolicy()),
            .totpSeed(try TOTPSeedPolicy(bytes: 32)), .template(try TemplatePolicy(template: "{{uuid}}")),
            .command(
                try CommandPolicy(
                    command: "postgresql",
                    parameters: ["roles": ["a", "b"], "port": 5432],
                    environment: ["PGSSLMODE"],
                    timeout: .milliseconds(1500)
                )
            ),
        ]
        for specification in all { #expect(GeneratorSpecification(json: specification.json) == specification) }
        for bad in ["", ".", "..", "a/b", "-x", "a b"] {
            #expect(throws: InvalidPolicy.self, "\(bad)") { try CommandPolicy(command: bad) }
        }
        for bad in ["PATH", "LD_PRELOAD", "1A", "A=B", ""] {
            #expect(throws: InvalidPolicy.self, "\(bad)") { try CommandPolicy(command: "x", environment: [bad]) }
        }
        let names = ["PATH", "TMPDIR", "GENERATORS_DIRECTORY", "CREDENTIALS_DIRECTORY", "LD_PRELOAD"]
        for name in names { #expect("\(InvalidPolicy.reservedVariable(name))".hasPrefix("\"\(name)\" ")) }
    }
}
