import Testing
import TransparencyLog

/// The requests of torchwood's cmd/litewitness/testdata/litewitness.txt, in their order, and what they are answered.
///
/// The log's hashes are made up, so its leaves are not known.
@Suite("Requests of litewitness's test")
struct LitewitnessVectorTests {
    private static let one = "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    private static let three = "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0="
    private static let five = "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY="
    private static let toThree = [
        "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ]
    private static let oneToFive = [
        toThree[0], "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=", "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ]
    private static let threeToFive = [
        toThree[1], "KgMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=",
        oneToFive[2],
    ]
    private static let signatures = [
        1: "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=",
        3: "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=",
        5: "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=",
    ]
    private static let roots = [1: one, 3: three, 5: five]

    private func body(_ old: Int, _ proof: [String], _ size: Int, change: (String) -> String = { $0 }) -> [UInt8] {
        let lines = ["old \(old)"] + proof + ["", Vectors.Sigsum.origin, "\(size)", Self.roots[size] ?? "", ""]
        let text = lines.joined(separator: "\n") + "\n— \(Vectors.Sigsum.origin) \(Self.signatures[size] ?? "")\n"
        return Array(change(text).utf8)
    }

    @Test("the same requests have the same answers")
    func sequence() throws {
        var known: WitnessDecision.Head?
        let keys = [try VerifierKey(Vectors.Sigsum.logKey)]
        func ask(_ body: [UInt8]) throws -> WitnessAnswer {
            switch WitnessDecision.decide(try AddCheckpointRequest(body), known: known, logKeys: keys) {
            case .refuse(let refusal): return refusal.answer
            case .cosign(let head):
                known = WitnessDecision.Head(size: head.size, root: head.root)
                return .cosigned([])
            }
        }
        let wrongHash = [Self.toThree[0], Self.toThree[1].replacing("AAAAAA=", with: "AAABAA=")]
        #expect(try ask(body(0, [], 1)) == .cosigned([]))
        #expect(try ask(body(1, Self.toThree, 3) { $0.replacing("6go=", with: "6gw=") }) == .forbidden)
        // litewitness answers 403; since then the specification says 404.
        #expect(try ask(body(1, Self.toThree, 3) { $0.replacing("09e562\n", with: "09e563\n") }) == .unknownLog)
        #expect(try ask(body(1, [], 3)) == .unprocessable)
        #expect(try ask(body(1, wrongHash, 3)) == .unprocessable)
        #expect(try ask(body(1, Self.toThree, 3)) == .cosigned([]))
        #expect(try ask(body(1, Self.oneToFive, 5)) == .conflict(size: 3))
        #expect(try ask(body(3, Self.threeToFive, 5)) == .cosigned([]))
        #expect(try ask(body(0, [], 5)) == .conflict(size: 5))
        #expect(known?.root.description == Self.five)
    }
}
