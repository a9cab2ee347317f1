import SecretMemory

extension UnitFrame {
    /// Reads the next frame of a stream, its payload directly into locked memory.
    ///
    /// - Parameter read: Reads some bytes into a buffer, and returns their number; 0 or less if none will come.
    /// - Returns: nil if the stream ends before the frame's first byte.
    static func next(_ read: (UnsafeMutableRawBufferPointer) -> Int) throws(Failure) -> UnitFrame? {
        var header = [UInt8](repeating: 0, count: headerSize)
        let count = header.withUnsafeMutableBytes { fill($0, read) }
        guard count > 0 else { return nil }
        let (kind, length) = try parse(header: Array(header.prefix(count)))
        var isWhole = false
        let payload = try? LockedBytes(count: length) { isWhole = fill($0, read) == length }
        guard let payload else { throw .noMemory }
        guard isWhole else { throw .cut }
        return UnitFrame(kind: kind, payload: payload)
    }

    /// Reads until the buffer is full or the stream ends, and returns the number of bytes.
    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer,
        _ read: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        var count = 0
        while count < buffer.count {
            let more = read(UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
            guard more > 0 else { break }
            count += more
        }
        return count
    }
}
