import ControlAPI
import Glibc
import RotationDaemon
import SecretMemory

/// Reads a value from standard input directly into locked memory.
enum ValueInput {
    /// The largest number of bytes: four for each character of the longest value, and a line break.
    private static let limit = SecretValue.maximumLength * 4 + 2

    /// Reads to the end of standard input; on a terminal, one line that is not shown.
    ///
    /// - Parameter keepsLineBreak: Whether one line break at the end belongs to the value.
    /// - Throws: ``ControlFailure`` for an invalid value.
    static func read(keepsLineBreak: Bool) throws -> SecretValue {
        let bytes = isatty(STDIN_FILENO) == 1 ? try HiddenLine.read(limit: limit) : try readAll()
        let count = keepsLineBreak ? bytes.count : bytes.withBytes(countWithoutLineBreak)
        do {
            return try SecretValue(
                bytes.withBytes { try LockedBytes(copying: UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
            )
        } catch let error as SecretValue.Invalid {
            throw ControlFailure(status: .usage, message: "standard input: \(error)")
        }
    }

    private static func readAll() throws -> LockedBytes {
        // One byte more than allowed, to detect a value that is too long.
        var count = 0
        let buffer = try LockedBytes(count: limit + 1) { count = try fill($0) }
        return try buffer.withBytes { try LockedBytes(copying: UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
    }

    private static func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var offset = 0
        while offset < buffer.count {
            let count = Glibc.read(STDIN_FILENO, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let reason = String(cString: strerror(errno))
                throw ControlFailure(status: .inputOutput, message: "standard input: \(reason)")
            }
            guard count > 0 else { break }
            offset += count
        }
        return offset
    }

    private static func countWithoutLineBreak(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.last == UInt8(ascii: "\n") else { return bytes.count }
        let isCRLF = bytes.count > 1 && bytes[bytes.count - 2] == UInt8(ascii: "\r")
        return bytes.count - (isCRLF ? 2 : 1)
    }
}

/// Reads a line from a terminal without echo.
private enum HiddenLine {
    private static let interrupt = UInt8(3)
    /// The longest line of a terminal, including its line break.
    private static let lineLimit = 4095

    static func read(limit: Int) throws -> LockedBytes {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else {
            throw ControlFailure(status: .inputOutput, message: "the terminal's echo can't be turned off")
        }
        var hidden = before
        // Ctrl-C ends the line and not the process, which would leave the terminal without echo.
        hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
        withUnsafeMutableBytes(of: &hidden.c_cc) { $0[Int(VEOL)] = interrupt }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        standardError("value (not shown): ")
        defer { standardError("\n") }
        var count = 0
        let line = try LockedBytes(count: limit + 1) {
            count = max(0, Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count))
        }
        return try line.withBytes { bytes in
            guard count > 0, bytes[count - 1] != interrupt else {
                throw ControlFailure(status: .usage, message: "no value was given: nothing is changed")
            }
            // The kernel silently truncates a longer line (termios(3), canonical mode).
            guard count < lineLimit else {
                throw ControlFailure(
                    status: .usage,
                    message: "too long for a terminal, which truncates lines: give it on standard input, from a file"
                )
            }
            return try LockedBytes(copying: UnsafeRawBufferPointer(rebasing: bytes[0..<count]))
        }
    }
}
