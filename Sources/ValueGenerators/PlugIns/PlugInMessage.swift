import Foundation
import RotationCore
import SecretMemory

/// The question to a plug-in and its answer, one JSON object each.
struct PlugInMessage {
    /// The version of the protocol.
    private static let version: Int64 = 1

    let step: StepFailure.Step
    let made: GeneratedValue?
    /// nil for `check`, which gets parameters only.
    let context: GeneratorContext?
    let parameters: [String: JSONValue]

    private var plainFields: [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "protocol": .integer(Self.version), "step": .string(step.rawValue), "parameters": .object(parameters),
        ]
        if let context {
            fields["hub"] = .string(context.hub)
            fields["alias"] = .string(context.alias)
            fields["rotation"] = .string(context.rotation)
        }
        return fields
    }

    /// The question as a line of JSON.
    var question: [UInt8] {
        var fields = plainFields
        fields["value"] = made.map { made in made.value.withUTF8 { .string(String(decoding: $0, as: UTF8.self)) } }
        fields["state"] = made?.state.flatMap { state in
            state.withBytes { try? JSONDecoder().decode(JSONValue.self, from: Data($0)) }
        }
        return Array(JSONValue.object(fields).losslessText.utf8) + [UInt8(ascii: "\n")]
    }

    /// The question without value and state.
    var maskedQuestion: JSONValue {
        var fields = plainFields
        fields["value"] = made.map { PlugInExchange.masked($0.value.count) }
        fields["state"] = made?.state.map { PlugInExchange.masked($0.count) }
        return .object(fields)
    }

    // MARK: Answers

    /// Decodes the answer to `generate`.
    static func value(_ answer: [UInt8]) throws(AnswerFlaw) -> GeneratedValue {
        guard case .object(let fields) = object(answer) else { throw .notOneObject }
        guard case .string(let text) = fields["value"] else { throw .noValue }
        let bytes = try locked(text)
        let value: SecretValue
        do throws(SecretValue.Invalid) { value = try SecretValue(bytes) } catch { throw .badValue(error) }
        guard let state = fields["state"] else { return GeneratedValue(value: value) }
        guard case .object = state else { throw .badState }
        return GeneratedValue(value: value, state: try locked(state.losslessText))
    }

    /// The flaw of the answer to another step; nil if it is valid.
    static func flaw(_ answer: [UInt8]) -> AnswerFlaw? {
        if case .object = object(answer) { nil } else { .notOneObject }
    }

    private static func locked(_ text: String) throws(AnswerFlaw) -> LockedBytes {
        var text = text
        let bytes = text.withUTF8 { try? LockedBytes(copying: UnsafeRawBufferPointer($0)) }
        guard let bytes else { throw .noMemory }
        return bytes
    }

    /// The word of the last line, `{"reason":"word"}`; nil if it has none.
    static func reason(_ answer: [UInt8]) -> String? {
        let last = answer.split(separator: UInt8(ascii: "\n")).last { !$0.allSatisfy { $0 <= 0x20 } }
        guard let last, case .object(let fields) = object(Array(last)), case .string(let word) = fields["reason"],
            StepFailure.isReason(word)
        else { return nil }
        return word
    }

    /// The answer with value and state masked; for an invalid answer only its length.
    static func masked(_ answer: [UInt8], _ made: GeneratedValue?, reason: String?) -> String? {
        guard !answer.isEmpty else { return nil }
        guard case .object(let fields) = object(answer) else { return "[\(answer.count) bytes]" }
        var shown: [String: JSONValue] = [:]
        for (key, value) in fields {
            switch key {
            case "value": shown[key] = made.map { PlugInExchange.masked($0.value.count) } ?? "[withheld]"
            case "state": shown[key] = made?.state.map { PlugInExchange.masked($0.count) } ?? "[withheld]"
            case "reason" where value == reason.map(JSONValue.string): shown[key] = value
            // An unknown key could contain anything.
            default: return "[\(answer.count) bytes]"
            }
        }
        return JSONValue.object(shown).canonicalText
    }

    private static func object(_ bytes: [UInt8]) -> JSONValue? {
        try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }
}
