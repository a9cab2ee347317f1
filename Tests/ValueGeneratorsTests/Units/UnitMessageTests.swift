import RotationCore
import SecretMemory
import TestSupport
import Testing

@testable import ValueGenerators

/// What the frames say: request, refusal, ending, and the order of an answer.
struct UnitMessageTests {
    private static let session = String(repeating: "0a", count: 16)

    private static func request(_ text: String) throws -> UnitRequest {
        try UnitRequest(UnitFrameTests.bytes(Array(text.utf8)))
    }

    // MARK: Request

    @Test(
        arguments: [
            ("\n{}\n", nil, []), ("session 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a\n\n{}\n", session, []),
            ("environment PGHOST\nenvironment _x1\n\n{}\n", nil, ["PGHOST", "_x1"]),
        ] as [(String, String?, [String])]
    )
    func requestIsRead(text: String, session: String?, environment: [String]) throws {
        let request = try Self.request(text)
        #expect(request.session == session && request.environment == environment)
        #expect(request.withQuestion { String(decoding: $0, as: UTF8.self) } == "{}\n")
        #expect(
            text.hasPrefix(
                String(decoding: UnitRequest.head(session: session, environment: environment), as: UTF8.self)
            )
        )
    }

    @Test(arguments: [
        "", "\n", "{}\n", "\n{}", "session x\n\n{}\n", "session \(session)",
        "session \(session)\nsession \(session)\n\n{}\n",
        "environment A\nsession \(session)\n\n{}\n", "environment LD_PRELOAD\n\n{}\n",
        "environment CREDENTIALS_DIRECTORY\n\n{}\n",
        "environment PATH\n\n{}\n", "environment A=B\n\n{}\n", "environment \n\n{}\n", "environment A B\n\n{}\n",
        "other A\n\n{}\n", "environment A\r\n\n{}\n", "environment \(String(repeating: "A", count: 400))\n\n{}\n",
    ])
    func requestThatIsNotStrictIsRefused(text: String) {
        #expect(throws: UnitFrame.Failure.payload(.request)) { try Self.request(text) }
    }

    @Test func variablesAreBounded() throws {
        let lines = { (count: Int) in String(repeating: "environment A\n", count: count) + "\n{}\n" }
        #expect(try Self.request(lines(256)).environment.count == 256)
        #expect(throws: UnitFrame.Failure.payload(.request)) { try Self.request(lines(257)) }
    }

    @Test func sessionsDifferAndHaveTheirForm() {
        let random = SeededRandom(seed: 0x5EED_1506)
        let sessions = (0..<100).map { _ in UnitRequest.makeSession(random) }
        #expect(Set(sessions).count == 100 && sessions.allSatisfy(UnitRequest.isSession))
    }

    // MARK: Refusal and ending

    @Test func refusalIsReadBack() throws {
        for refusal in [UnitRefusal("busy", "later", isTransient: true), UnitRefusal("file_refused", "a\nb")] {
            #expect(try UnitRefusal(UnitFrameTests.bytes(refusal.payload)) == refusal)
        }
        let long = UnitRefusal("file_refused", String(repeating: "x", count: 9000))
        #expect(long.payload.count == UnitFrame.Kind.refused.limit)
    }

    @Test(
        arguments: [[], [0], [2, 97, 10], [0, 10], Array("0busy\n".utf8), [0] + Array("Busy\nx".utf8)] as [[UInt8]]
    )
    func refusalThatIsNotStrictIsRefused(payload: [UInt8]) {
        #expect(throws: UnitFrame.Failure.payload(.refused)) { try UnitRefusal(UnitFrameTests.bytes(payload)) }
    }

    @Test(arguments: [UnitEnding.exited(0), .exited(255), .killed(9), .tooMuchOutput])
    func endingIsReadBack(ending: UnitEnding) throws {
        #expect(try UnitEnding(UnitFrameTests.bytes(ending.payload)) == ending)
    }

    @Test(
        arguments: [
            [], [0], [0, 0, 0, 1, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 128], [2, 0, 0, 0, 1], [3, 0, 0, 0, 0],
            [0, 255, 255, 255, 255], [0, 0, 0, 0, 0, 0],
        ] as [[UInt8]]
    )
    func endingThatIsNotStrictIsRefused(payload: [UInt8]) {
        #expect(throws: UnitFrame.Failure.payload(.ended)) { try UnitEnding(UnitFrameTests.bytes(payload)) }
    }

    // MARK: Answer

    /// The last outcome after these frames; nil if more must come.
    private static func answer(_ frames: [(UnitFrame.Kind, [UInt8])]) throws -> PlugInProcess.Outcome? {
        var answer = UnitAnswer()
        var outcome: PlugInProcess.Outcome?
        for (kind, payload) in frames {
            outcome = try answer.take(UnitFrame(kind: kind, payload: UnitFrameTests.bytes(payload)))
        }
        return outcome
    }

    @Test func answerIsTheOutcome() throws {
        let frames: [(UnitFrame.Kind, [UInt8])] = [
            (.starting, []), (.output, Array("{}".utf8)), (.errors, [1] + Array("cut\nno\n".utf8)),
            (.ended, [0, 0, 0, 0, 3]),
        ]
        for count in 0..<frames.count { #expect(try Self.answer(Array(frames[..<count])) == nil) }
        let outcome = try #require(try Self.answer(frames))
        #expect(outcome.ending == .exited(3) && outcome.output == Array("{}".utf8))
        #expect(outcome.errors.isCut && outcome.errors.lines == [Array("no".utf8)])
    }

    @Test func refusalIsTheOutcome() throws {
        let later = try Self.answer([(.refused, UnitRefusal("busy", "t", isTransient: true).payload)])
        #expect(later?.ending == .unavailable("busy"))
        let never = try Self.answer([(.starting, []), (.refused, UnitRefusal("not_executable", "t").payload)])
        #expect(never?.ending == .exited(126) && never?.output == Array("{\"reason\":\"not_executable\"}\n".utf8))
    }

    /// Each kind that may not follow is an error: no answer can be given twice, or without the plug-in's start.
    @Test func otherOrdersAreRefused() throws {
        let parts: [(UnitFrame.Kind, [UInt8])] = [
            (.starting, []), (.output, []), (.errors, [0]), (.ended, [0, 0, 0, 0, 0]),
        ]
        for count in 0...parts.count {
            for kind in UnitFrame.Kind.allCases {
                let isNext = count < parts.count && parts[count].0 == kind
                guard !isNext, !(kind == .refused && count < 2) else { continue }
                let payload = parts.first { $0.0 == kind }?.1 ?? []
                #expect(throws: UnitFrame.Failure.order(kind), "\(kind) after \(count)") {
                    try Self.answer(Array(parts[..<count]) + [(kind, payload)])
                }
            }
        }
    }

    @Test func interruptionDependsOnTheStart() throws {
        var answer = UnitAnswer()
        #expect(answer.interrupted("connection_closed").ending == .unavailable("connection_closed"))
        _ = try answer.take(UnitFrame(kind: .starting, payload: UnitFrameTests.bytes([])))
        #expect(answer.interrupted("connection_closed").ending == .disconnected)
    }
}
