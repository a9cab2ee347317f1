import AuditLog
import Foundation
import SecretMemory

/// One JSON object to a plug-in, and one from it.
enum PlugInMessage {
    /// The version of the protocol.
    private static let version: Int64 = 1

    /// Writes what a plug-in is asked for.
    static func question(
        _ step: String,
        _ made: GeneratedValue?,
        _ context: GeneratorContext,
        _ parameters: [String: JSONValue]
    ) -> [UInt8] {
        var fields: [String: JSONValue] = [
            "protocol": .integer(version), "step": .string(step), "hub": .string(context.hub),
            "alias": .string(context.alias), "rotation": .string(context.rotation), "parameters": .object(parameters),
        ]
        fields["value"] = made.map { made in made.value.withUTF8 { .string(String(decoding: $0, as: UTF8.self)) } }
        fields["state"] = made?.state.flatMap { state in
            state.withBytes { try? JSONDecoder().decode(JSONValue.self, from: Data($0)) }
        }
        return Array(JSONValue.object(fields).losslessText.utf8) + [UInt8(ascii: "\n")]
    }

    /// Reads the answer to `generate`; nil where it is none.
    static func value(_ answer: [UInt8]) -> GeneratedValue? {
        guard case .object(let fields) = object(answer), case .string(var text) = fields["value"] else { return nil }
        let value = text.withUTF8 { bytes in
            try? SecretValue(LockedBytes(copying: UnsafeRawBufferPointer(bytes)))
        }
        guard let value else { return nil }
        guard let state = fields["state"] else { return GeneratedValue(value: value) }
        guard case .object = state else { return nil }
        var json = state.losslessText
        let bytes = json.withUTF8 { try? LockedBytes(copying: UnsafeRawBufferPointer($0)) }
        return bytes.map { GeneratedValue(value: value, state: $0) }
    }

    /// Whether the answer to any other step is one.
    static func isAnswer(_ answer: [UInt8]) -> Bool {
        if case .object = object(answer) { true } else { false }
    }

    private static func object(_ bytes: [UInt8]) -> JSONValue? {
        try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }
}
