import Foundation
package import NIOCore
package import RotationCore
package import SecretMemory

/// The encoding of an operation for the control socket: its JSON, then, if it has a value, a newline and the value's
/// bytes.
///
/// The value is copied from locked memory directly into the buffer that is sent; JSON would leave copies in a String
/// and a Data.
package enum OperationMessage {
    /// Encodes an operation and its value.
    package static func encode(_ operation: some Encodable, value: SecretValue?) throws -> ByteBuffer {
        // JSONEncoder writes no newlines between tokens, and escapes those in strings.
        let json = try JSONEncoder().encode(operation)
        var buffer = ByteBufferAllocator().buffer(capacity: json.count + 1 + (value?.withUTF8 { $0.count } ?? 0))
        buffer.writeBytes(json)
        if let value {
            buffer.writeInteger(newline)
            value.withUTF8 { _ = buffer.writeBytes($0) }
        }
        return buffer
    }

    /// Decodes an operation and its value.
    ///
    /// - Parameter generators: Decodes the generators of schedules.
    /// - Throws: ``ControlFailure`` for an invalid operation, `SecretValue.Invalid` for an invalid value.
    package static func decode<Operation: Decodable>(
        _ type: Operation.Type,
        _ message: ByteBuffer,
        generators: any GeneratorRegistry
    ) throws -> (operation: Operation, value: SecretValue?) {
        let bytes = message.readableBytesView
        let end = bytes.firstIndex(of: newline)
        let decoder = JSONDecoder()
        if let key = CodingUserInfoKey.generatorRegistry { decoder.userInfo[key] = generators }
        guard let operation = try? decoder.decode(type, from: Data(bytes[..<(end ?? bytes.endIndex)])) else {
            throw ControlFailure(
                status: .usage,
                message: "the request can't be read: is the command as old as the daemon?"
            )
        }
        guard let end else { return (operation, nil) }
        let value = try bytes[bytes.index(after: end)...].withUnsafeBytes { try LockedBytes(copying: $0) }
        return (operation, try SecretValue(value))
    }

    private static let newline = UInt8(ascii: "\n")
}
