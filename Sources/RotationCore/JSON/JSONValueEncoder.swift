import Scheduling

/// Encodes a value as a ``JSONValue``, without an intermediate text.
///
/// A property `nextDue` becomes the key `next_due`, an `Instant` becomes RFC 3339 text, and nil is left out.
package enum JSONValueEncoder {
    /// Encodes a value as JSON.
    package static func encode<Value: Encodable>(_ value: Value) throws -> JSONValue {
        // Comparing types is free; a failing cast costs some hundred nanoseconds.
        if Value.self == Instant.self, let instant = value as? Instant { return .string(instant.rfc3339) }
        if Value.self == JSONValue.self, let json = value as? JSONValue { return json }
        if Value.self == [String: JSONValue].self, let fields = value as? [String: JSONValue] { return .object(fields) }
        let node = Node()
        try value.encode(to: node)
        return node.json
    }

    /// The fields of a value whose properties are texts, numbers, instants and the like, which all can be encoded.
    static func fields(of value: some Encodable) -> [String: JSONValue] {
        do {
            guard case .object(let fields) = try encode(value) else {
                preconditionFailure("\(type(of: value)) has no fields")
            }
            return fields
        } catch {
            preconditionFailure("\(type(of: value)): \(error)")
        }
    }

    /// A property's name in snake case: `requestID` is `request_id`.
    package static func key(_ property: String) -> String {
        guard property.utf8.contains(where: isCapital) else { return property }
        var key: [UInt8] = []
        var follows = false
        for byte in property.utf8 {
            if isCapital(byte) {
                if follows { key.append(UInt8(ascii: "_")) }
                key.append(byte | 0x20)
            } else {
                key.append(byte)
            }
            // Of consecutive capitals only the first one begins a word.
            follows = !isCapital(byte)
        }
        return String(decoding: key, as: UTF8.self)
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
}

/// A JSON value under construction.
private final class Node: Encoder {
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    private var scalar = JSONValue.object([:])
    fileprivate var fields: [String: JSONValue] = [:]
    fileprivate var elements: [JSONValue]?
    /// Values under construction.
    private var children: [(key: String?, node: Node)] = []

    var json: JSONValue {
        for (key, node) in children {
            if let key { fields[key] = node.json } else { elements?.append(node.json) }
        }
        children = []
        if let elements { return .array(elements) }
        return fields.isEmpty ? scalar : .object(fields)
    }

    fileprivate func set(_ json: JSONValue) { scalar = json }

    fileprivate func child(_ key: String?) -> Node {
        let node = Node()
        children.append((key, node))
        return node
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Fields(node: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if elements == nil { elements = [] }
        return Elements(node: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Scalar(node: self) }
}

/// Builds an object.
private struct Fields<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    private func set(_ json: JSONValue, _ key: Key) { node.fields[JSONValueEncoder.key(key.stringValue)] = json }

    func encodeNil(forKey key: Key) { set(.null, key) }
    func encode(_ value: Bool, forKey key: Key) { set(.bool(value), key) }
    func encode(_ value: String, forKey key: Key) { set(.string(value), key) }
    func encode(_ value: Double, forKey key: Key) { set(.number(value), key) }
    func encode(_ value: Int, forKey key: Key) { set(.integer(Int64(value)), key) }
    func encode(_ value: Int64, forKey key: Key) { set(.integer(value), key) }
    func encode(_ value: some Encodable, forKey key: Key) throws { set(try JSONValueEncoder.encode(value), key) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        node.child(JSONValueEncoder.key(key.stringValue)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        node.child(JSONValueEncoder.key(key.stringValue)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { node.child("super") }
    func superEncoder(forKey key: Key) -> any Encoder { node.child(JSONValueEncoder.key(key.stringValue)) }
}

/// Builds an array.
private struct Elements: UnkeyedEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var count: Int { node.elements?.count ?? 0 }

    func encodeNil() { node.elements?.append(.null) }
    func encode(_ value: some Encodable) throws { node.elements?.append(try JSONValueEncoder.encode(value)) }

    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.child(nil).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { node.child(nil).unkeyedContainer() }
    func superEncoder() -> any Encoder { node.child(nil) }
}

/// Builds any other value.
private struct Scalar: SingleValueEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.set(.null) }
    func encode(_ value: Bool) { node.set(.bool(value)) }
    func encode(_ value: String) { node.set(.string(value)) }
    func encode(_ value: Double) { node.set(.number(value)) }
    func encode(_ value: Float) { node.set(.number(Double(value))) }
    func encode(_ value: Int) { node.set(.integer(Int64(value))) }
    func encode(_ value: Int8) { node.set(.integer(Int64(value))) }
    func encode(_ value: Int16) { node.set(.integer(Int64(value))) }
    func encode(_ value: Int32) { node.set(.integer(Int64(value))) }
    func encode(_ value: Int64) { node.set(.integer(value)) }
    func encode(_ value: UInt) throws { try set(value) }
    func encode(_ value: UInt8) { node.set(.integer(Int64(value))) }
    func encode(_ value: UInt16) { node.set(.integer(Int64(value))) }
    func encode(_ value: UInt32) { node.set(.integer(Int64(value))) }
    func encode(_ value: UInt64) throws { try set(value) }
    func encode(_ value: some Encodable) throws { node.set(try JSONValueEncoder.encode(value)) }

    private func set(_ value: some FixedWidthInteger & Encodable) throws {
        guard let number = Int64(exactly: value) else {
            let context = EncodingError.Context(codingPath: [], debugDescription: "a number of 2^63 or more")
            throw EncodingError.invalidValue(value, context)
        }
        node.set(.integer(number))
    }
}
