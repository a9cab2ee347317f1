/// A timestamped cosignature of a checkpoint: cosignature/v1 with Ed25519, <https://c2sp.org/tlog-cosignature@v1.0.0>.
package struct Cosignature: Hashable, Sendable {
    /// When it was made, in seconds since 1970; at most 2^63 − 1.
    package let time: UInt64
    /// The Ed25519 signature of `message`.
    let signature: [UInt8]

    init(time: UInt64, signature: [UInt8]) {
        self.time = time
        self.signature = signature
    }

    /// Reads a note signature of a key of type 0x04; nil where it has another length, or a time that is too large.
    package init?(_ signature: NoteSignature) {
        guard signature.bytes.count == 72 else { return nil }
        time = signature.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.signature = Array(signature.bytes.dropFirst(8))
        guard time <= Decimal.maximum else { return nil }
    }

    /// The bytes of the note signature: time ‖ signature.
    var bytes: [UInt8] { withUnsafeBytes(of: time.bigEndian) { Array($0) } + signature }

    /// What is signed: a header, the time and the whole text of the checkpoint, with its extension lines.
    static func message(_ text: [UInt8], time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n".utf8) + text
    }
}
