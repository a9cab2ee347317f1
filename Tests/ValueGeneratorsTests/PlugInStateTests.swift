import Foundation
import RotationCore
import SecretMemory
import Testing

@testable import ValueGenerators

/// A plug-in gets its state and parameters as it gave them, numbers with fractions included.
struct PlugInStateTests {
    @Test(arguments: [
        #"{"at":1700000000.5}"#, #"{"ns":1700000000123456789}"#, #"{"a":[1.25,{"b":-0.5}],"c":null,"d":true}"#, "{}",
    ])
    func stateComesBackAsItWas(state: String) throws {
        let made = try PlugInMessage.value(Array(#"{"value":"abc12345678","state":\#(state)}"#.utf8))
        let context = GeneratorContext(hub: "h", alias: "a", rotation: "r")
        let parameters: [String: JSONValue] = ["rate": .number(0.1)]
        let message = PlugInMessage(step: .install, made: made, context: context, parameters: parameters)
        let text = String(decoding: message.question, as: UTF8.self)
        #expect(text.contains("\"state\":\(state),"))
        #expect(text.contains(#""parameters":{"rate":0.1},"#))
    }

    @Test(arguments: ["18446744073709551616", "1e400", "NaN"])
    func stateThatCanNotBeKeptIsNoAnswer(number: String) {
        #expect(throws: AnswerFlaw.notOneObject) {
            try PlugInMessage.value(Array(#"{"value":"abc12345678","state":{"n":\#(number)}}"#.utf8))
        }
    }

    @Test(arguments: [
        ("", AnswerFlaw.notOneObject), ("[]", .notOneObject), (#"{"value":"a"} {}"#, .notOneObject), ("{}", .noValue),
        (#"{"value":1}"#, .noValue), (#"{"value":""}"#, .badValue(.empty)), (#"{"value":"a","state":"b"}"#, .badState),
        (#"{"value":"a","state":null}"#, .badState),
        (#"{"value":"\#(String(repeating: "ä", count: 45_001))"}"#, .badValue(.tooLong(limit: 45_000))),
    ])
    func flawOfAnAnswerIsNamed(answer: String, flaw: AnswerFlaw) {
        #expect(throws: flaw) { try PlugInMessage.value(Array(answer.utf8)) }
    }

    @Test func longestValueAndAnswerOfSeveralLinesAreValid() throws {
        let value = String(repeating: "ä", count: 45_000)
        let made = try PlugInMessage.value(Array("{\n \"value\": \"\(value)\"\n}\n\n".utf8))
        #expect(made.value.count == 45_000 && made.state == nil)
    }
}
