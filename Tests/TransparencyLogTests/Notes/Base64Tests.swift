import Foundation
import TestSupport
import Testing
import TransparencyLog

@Suite("Strict Base64")
struct Base64Tests {
    @Test("encodes as Foundation does, and comes back", arguments: [UInt64(1), 2])
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = Base64.encode(bytes)
            #expect(text == Array(Data(bytes).base64EncodedString().utf8), "seed \(seed), length \(length)")
            #expect(Base64.decode(text) == bytes, "seed \(seed), length \(length)")
        }
    }

    @Test(
        "what has no single meaning is refused",
        arguments: [
            "A", "AA", "AAA", "AAAAA", "AA=", "A===", "====", "=AAA", "A=AA", "AA=A", "AAAA====", "AA==AAAA", "AAAA\n",
            "AA\nAA",
            " AAAA", "AA-A", "AA_A", "AB==", "AP==", "AAB=", "AAD=", "é===", "AAA\0",
        ]
    )
    func refused(_ text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }

    @Test("each text that is read is the one that is written", arguments: [UInt64(3)])
    func canonical(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let characters = Array("AQgwBCDz019+/==".utf8)
        var read = 0
        for _ in 0..<50_000 {
            let text = (0..<4 * Int.random(in: 1...2, using: &random)).map { _ in
                characters.randomElement(using: &random) ?? 0
            }
            guard let bytes = Base64.decode(text) else { continue }
            read += 1
            #expect(Base64.encode(bytes) == text, "seed \(seed)")
        }
        #expect(read > 1_000)
    }
}
