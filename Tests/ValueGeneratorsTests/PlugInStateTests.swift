import Foundation
import RotationCore
import Testing

@testable import ValueGenerators

/// A plug-in gets its state and parameters as it gave them, numbers with fractions included.
struct PlugInStateTests {
    @Test(arguments: [
        #"{"at":1700000000.5}"#, #"{"ns":1700000000123456789}"#, #"{"a":[1.25,{"b":-0.5}],"c":null,"d":true}"#, "{}",
    ])
    func stateComesBackAsItWas(state: String) throws {
        let made = try #require(PlugInMessage.value(Array(#"{"value":"abc12345678","state":\#(state)}"#.utf8)))
        let context = GeneratorContext(hub: "h", alias: "a", rotation: "r")
        let parameters: [String: JSONValue] = ["rate": .number(0.1)]
        let message = PlugInMessage(step: .install, made: made, context: context, parameters: parameters)
        let text = String(decoding: message.question, as: UTF8.self)
        #expect(text.contains("\"state\":\(state),"))
        #expect(text.contains(#""parameters":{"rate":0.1},"#))
    }

    @Test(arguments: ["18446744073709551616", "1e400", "NaN"])
    func stateThatCanNotBeKeptIsNoAnswer(number: String) {
        #expect(PlugInMessage.value(Array(#"{"value":"abc12345678","state":{"n":\#(number)}}"#.utf8)) == nil)
    }
}
