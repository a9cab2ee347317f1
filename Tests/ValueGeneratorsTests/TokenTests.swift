import RotationCore
import TestSupport
import Testing
import ValueGenerators

@Suite("Tokens")
struct TokenTests {
    private static let sizes = Array(16...50) + [63, 64, 65, 4096]

    /// Three tokens of each size.
    private func tokens(_ encoding: TokenPolicy.Encoding) async throws -> [(size: Int, text: String)] {
        var tokens: [(Int, String)] = []
        for size in Self.sizes {
            let specification = GeneratorSpecification.token(try TokenPolicy(bytes: size, encoding: encoding))
            for text in try await specification.draw(3, seed: UInt64(size)) { tokens.append((size, text)) }
        }
        return tokens
    }

    @Test("base64url is without padding, and decodes to the bytes asked for without a bit left over")
    func base64url() async throws {
        let program = """
            import base64, re, sys
            for line in sys.stdin:
                text = line.strip()
                data = base64.b64decode(text + '=' * (-len(text) % 4), altchars=b'-_', validate=True)
                again = base64.urlsafe_b64encode(data).decode().rstrip('=')
                print(len(data) if again == text and re.fullmatch('[A-Za-z0-9_-]+', text) else 'bad')
            """
        let tokens = try await tokens(.base64url)
        let answers = try Python.run(program, lines: tokens.map(\.text))
        #expect(answers == tokens.map { String($0.size) })
    }

    @Test("hexadecimal is in lower case, and decodes to the bytes asked for")
    func hexadecimal() async throws {
        let program = """
            import sys
            for line in sys.stdin:
                text = line.strip()
                data = bytes.fromhex(text)
                print(len(data) if data.hex() == text else 'bad')
            """
        let tokens = try await tokens(.hex)
        let answers = try Python.run(program, lines: tokens.map(\.text))
        #expect(answers == tokens.map { String($0.size) })
    }

    // With 16 bytes, base64url's last character holds 2 random bits; with 17, 4; with 18, all 6.
    @Test(
        "each character is equally likely, and the last one as far as its bits go",
        arguments: [
            (16, .base64url, 4), (17, .base64url, 16), (18, .base64url, 64), (16, .hex, 16),
        ] as [(Int, TokenPolicy.Encoding, Int)]
    )
    func uniform(size: Int, encoding: TokenPolicy.Encoding, lastOutcomes: Int) async throws {
        let specification = GeneratorSpecification.token(try TokenPolicy(bytes: size, encoding: encoding))
        let random = SeededRandom(seed: 0x5EED_0031)
        var (counts, last): ([UInt8: Int], [UInt8: Int]) = ([:], [:])
        for _ in 0..<3200 {
            let token = try await specification.draw(random)
            for byte in token.dropLast() { counts[byte, default: 0] += 1 }
            last[token.last ?? 0, default: 0] += 1
        }
        #expect(last.count == lastOutcomes)
        #expect(ChiSquared(observed: last.values, total: lastOutcomes).isUniform)
        #expect(ChiSquared(observed: counts.values, total: encoding == .hex ? 16 : 64).isUniform)
    }

    @Test("a token has 16 to 4096 bytes", arguments: [-1, 0, 15, 4097, .max])
    func bounds(bytes: Int) {
        #expect(throws: InvalidPolicy.length(bytes, allowed: 16...4096)) { try TokenPolicy(bytes: bytes) }
    }
}
