import SecretMemory

extension LockedBytes {
    /// Bytes for a test, which need no wiping.
    convenience init(_ bytes: some Sequence<UInt8>) throws {
        let bytes = Array(bytes)
        try self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// Whether the bytes are these; what `#expect` compares by itself, it prints.
    func holds(_ bytes: some Sequence<UInt8>) -> Bool {
        withBytes { Array($0) } == Array(bytes)
    }
}
