/// A value whose texts are compared by their bytes.
///
/// Swift's `String` treats canonically equivalent texts (Unicode Standard, section 3.12) as equal, such as é as one
/// code point and as two. Files, databases, hubs and plug-ins do not, so a change between them is a change.
package protocol ExactlyComparable {
    /// Whether both have the same bytes.
    func isExactly(_ other: Self) -> Bool
    /// Hashes the bytes that ``isExactly(_:)`` compares.
    func hashExactly(into hasher: inout Hasher)
}

/// A property that is compared and hashed by the bytes of its texts.
@propertyWrapper
package struct Exact<Value: ExactlyComparable>: Hashable {
    package var wrappedValue: Value

    package init(wrappedValue: Value) {
        self.wrappedValue = wrappedValue
    }

    package static func == (left: Exact, right: Exact) -> Bool { left.wrappedValue.isExactly(right.wrappedValue) }

    package func hash(into hasher: inout Hasher) { wrappedValue.hashExactly(into: &hasher) }
}

extension Exact: Sendable where Value: Sendable {}

/// In JSON it is what it wraps.
extension Exact: Encodable where Value: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

extension Exact: Decodable where Value: Decodable {
    package init(from decoder: any Decoder) throws {
        wrappedValue = try decoder.singleValueContainer().decode(Value.self)
    }
}

extension KeyedDecodingContainer {
    /// An optional property may be absent, as without the wrapper.
    package func decode<T: Decodable>(_ type: Exact<T?>.Type, forKey key: Key) throws -> Exact<T?> {
        try decodeIfPresent(type, forKey: key) ?? Exact(wrappedValue: nil)
    }
}

extension String: ExactlyComparable {
    package func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    package func hashExactly(into hasher: inout Hasher) {
        hasher.combine(utf8.count)
        let isDone: Void? = utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        if isDone == nil { for byte in utf8 { hasher.combine(byte) } }
    }
}

extension Optional: ExactlyComparable where Wrapped: ExactlyComparable {
    package func isExactly(_ other: Wrapped?) -> Bool {
        switch (self, other) {
        case (let left?, let right?): left.isExactly(right)
        case (nil, nil): true
        default: false
        }
    }

    package func hashExactly(into hasher: inout Hasher) {
        hasher.combine(self != nil)
        self?.hashExactly(into: &hasher)
    }
}

extension Array: ExactlyComparable where Element: ExactlyComparable {
    package func isExactly(_ other: [Element]) -> Bool { elementsEqual(other) { $0.isExactly($1) } }

    package func hashExactly(into hasher: inout Hasher) {
        hasher.combine(count)
        for element in self { element.hashExactly(into: &hasher) }
    }
}

extension Dictionary: ExactlyComparable where Key == String, Value: ExactlyComparable {
    package func isExactly(_ other: [String: Value]) -> Bool {
        count == other.count
            && allSatisfy { key, value in
                guard let index = other.index(forKey: key) else { return false }
                return other[index].key.isExactly(key) && other[index].value.isExactly(value)
            }
    }

    package func hashExactly(into hasher: inout Hasher) {
        // Independent of the order, which may differ between equal dictionaries.
        var sum = 0
        for (key, value) in self {
            var entry = Hasher()
            key.hashExactly(into: &entry)
            value.hashExactly(into: &entry)
            sum ^= entry.finalize()
        }
        hasher.combine(sum)
    }
}
