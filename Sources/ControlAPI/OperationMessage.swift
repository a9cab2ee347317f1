import Foundation
package import NIOCore
package import RotationCore
package import SecretMemory

/// An operation on its way over the control socket: its JSON, and after a newline the bytes of a value, if it has one.
///
/// The value goes from locked memory into the one buffer that is sent; JSON would leave copies in a String and a Data.
package enum OperationMessage {
    /// Writes an operation and the value beside it.
    package static func encode(_ operation: some Encodable, value: SecretValue?) throws -> ByteBuffer {
        // JSONEncoder writes no newline by itself, and escapes those of strings.
        let json = try JSONEncoder().encode(operation)
        var buffer = ByteBufferAllocator().buffer(capacity: json.count + 1 + (value?.withUTF8 { $0.count } ?? 0))
        buffer.writeBytes(json)
        if let value {
            buffer.writeInteger(newline)
            value.withUTF8 { _ = buffer.writeBytes($0) }
        }
        return buffer
    }

    /// Reads an operation and the value beside it.
    ///
    /// - Parameter generators: Reads the generators of schedules.
    /// - Throws: ``ControlFailure`` for what is no such operation, `SecretValue.Invalid` for what is no value.
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
