import NIOCore
import RotationCore
import SecretMemory

/// Writes a request's JSON object directly into the buffer that is sent.
///
/// A value is copied from locked memory into this one buffer, which is large enough that it never moves; `JSONEncoder`
/// would leave copies in a String, a Data and more.
struct JSONBody {
    private(set) var buffer: ByteBuffer
    private var isFirst = true

    init(capacity: Int) {
        buffer = ByteBufferAllocator().buffer(capacity: capacity)
        buffer.writeInteger(UInt8(ascii: "{"))
    }

    mutating func field(_ name: StaticString, _ text: String) {
        key(name)
        var text = text
        text.withUTF8 { string(UnsafeRawBufferPointer($0)) }
    }

    mutating func field(_ name: StaticString, _ value: SecretValue) {
        key(name)
        value.withUTF8 { string($0) }
    }

    mutating func field(_ name: StaticString, _ texts: [String]) {
        key(name)
        buffer.writeInteger(UInt8(ascii: "["))
        for (index, var text) in texts.enumerated() {
            if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            text.withUTF8 { string(UnsafeRawBufferPointer($0)) }
        }
        buffer.writeInteger(UInt8(ascii: "]"))
    }

    mutating func field(_ name: StaticString, _ number: Int) {
        key(name)
        buffer.writeString(String(number))
    }

    mutating func field(_ access: WorkspaceAccess) {
        switch access {
        case .all: field("allowed_workspaces_type", "ALL")
        case .nobody: field("allowed_workspaces_type", "NONE")
        case .only(let workspaces):
            field("allowed_workspaces_type", "SOME")
            field("allowed_workspaces", workspaces)
        }
    }

    consuming func finish() -> ByteBuffer {
        buffer.writeInteger(UInt8(ascii: "}"))
        return buffer
    }

    private mutating func key(_ name: StaticString) {
        if !isFirst { buffer.writeInteger(UInt8(ascii: ",")) }
        isFirst = false
        buffer.writeInteger(UInt8(ascii: "\""))
        buffer.writeStaticString(name)
        buffer.writeStaticString("\":")
    }

    /// Writes a JSON string (RFC 8259, section 7): only with the required escapes.
    private mutating func string(_ utf8: UnsafeRawBufferPointer) {
        buffer.writeInteger(UInt8(ascii: "\""))
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                buffer.writeInteger(UInt8(ascii: "\\"))
                buffer.writeInteger(byte)
            case 0..<0x20:
                buffer.writeStaticString("\\u00")
                buffer.writeInteger(Self.hexadecimal(byte >> 4))
                buffer.writeInteger(Self.hexadecimal(byte & 0xF))
            default:
                buffer.writeInteger(byte)
            }
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    private static func hexadecimal(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}

extension JSONBody {
    /// The space for a value of which each byte is escaped (`\u00XX`).
    private static func room(for value: SecretValue?) -> Int {
        1024 + (value?.withUTF8 { $0.count } ?? 0) * 6
    }

    static func update(_ update: SecretUpdate) -> ByteBuffer {
        var body = JSONBody(capacity: room(for: update.value))
        body.field("alias", update.alias.text)
        if let value = update.value { body.field("value", value) }
        if let description = update.description { body.field("description", description) }
        if let access = update.access { body.field(access) }
        return body.finish()
    }

    static func creation(_ creation: SecretCreation) -> ByteBuffer {
        var body = JSONBody(capacity: room(for: creation.value))
        body.field("alias", creation.alias.text)
        body.field("value", creation.value)
        if let description = creation.description { body.field("description", description) }
        body.field(creation.access)
        return body.finish()
    }

    static func deletion(_ alias: SecretAlias) -> ByteBuffer {
        var body = JSONBody(capacity: 512)
        body.field("alias", alias.text)
        return body.finish()
    }
}
