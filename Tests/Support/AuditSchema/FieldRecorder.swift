import RotationCore
import Scheduling

/// A decoder that makes values up, and records what a type asks it for: which keys, of which types, and which may be absent.
final class FieldRecorder: Decoder {
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    fileprivate(set) var fields: [FieldShape.Field] = []
    /// What was asked for instead of fields.
    fileprivate var single: FieldShape?

    /// A type's shape, and a value of it with each optional field.
    static func record<T: Decodable>(_ type: T.Type) throws -> (shape: FieldShape, value: T) {
        if type == Instant.self { return (.instant, try made(Instant(milliseconds: 0))) }
        if type == RotationID.self {
            return (.identifier, try made(RotationID(rawValue: "019a0000-0000-7000-8000-000000000000")))
        }
        if type == [String: JSONValue].self { return (.object, try made(["every": "30d"] as [String: JSONValue])) }
        if let word = type as? any AuditWord.Type {
            let (words, first) = allWords(word)
            return (.word(words), try made(first))
        }
        let recorder = FieldRecorder()
        let value = try T(from: recorder)
        return (recorder.single ?? .record("\(T.self)", recorder.fields), value)
    }

    private static func allWords<Word: AuditWord>(_ type: Word.Type) -> ([String], Any?) {
        (Word.allCases.map(\.rawValue), Word.allCases.first)
    }

    private static func made<T>(_ value: Any?) throws -> T {
        guard let value = value as? T else { throw NeverHappened(description: "a value of \(T.self)") }
        return value
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RecordedFields(recorder: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer { RecordedElement(recorder: self) }
    func singleValueContainer() -> any SingleValueDecodingContainer { RecordedValue(recorder: self) }
}

/// The keys that a type asks for.
private struct RecordedFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: FieldRecorder
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try record(type, key, isRequired: true) }

    // An optional property asks for one of these.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(type, key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try optional(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try optional(type, key) }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { try optional(type, key) }

    private func optional<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T? {
        try record(type, key, isRequired: false)
    }

    private func record<T: Decodable>(_ type: T.Type, _ key: Key, isRequired: Bool) throws -> T {
        let (shape, value) = try FieldRecorder.record(type)
        let (property, name) = (key.stringValue, JSONValueEncoder.key(key.stringValue))
        recorder.fields.append(.init(property: property, key: name, shape: shape, isRequired: isRequired))
        return value
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    { throw NeverHappened(description: "a type without containers of its own") }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw NeverHappened(description: "a type without containers of its own")
    }

    func superDecoder() -> any Decoder { recorder }
    func superDecoder(forKey key: Key) -> any Decoder { recorder }
}

/// One element of an array.
private struct RecordedElement: UnkeyedDecodingContainer {
    let recorder: FieldRecorder
    var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    var isAtEnd: Bool { currentIndex > 0 }

    init(recorder: FieldRecorder) { self.recorder = recorder }

    func decodeNil() -> Bool { false }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (shape, value) = try FieldRecorder.record(type)
        recorder.single = .list(shape)
        currentIndex += 1
        return value
    }

    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw NeverHappened(description: "a type without containers of its own")
    }

    func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw NeverHappened(description: "a type without containers of its own")
    }

    func superDecoder() -> any Decoder { recorder }
}

/// A value that is no object: the log has texts, booleans and whole numbers.
private struct RecordedValue: SingleValueDecodingContainer {
    let recorder: FieldRecorder
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) -> Bool { take(.boolean, true) }
    func decode(_ type: String.Type) -> String { take(.text, "") }
    func decode(_ type: Int.Type) -> Int { take(.integer, 1) }
    func decode(_ type: Int32.Type) -> Int32 { take(.integer, 1) }
    func decode(_ type: Int64.Type) -> Int64 { take(.large, 1) }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        throw NeverHappened(description: "a shape for \(T.self)")
    }

    private func take<T>(_ shape: FieldShape, _ value: T) -> T {
        recorder.single = shape
        return value
    }
}
