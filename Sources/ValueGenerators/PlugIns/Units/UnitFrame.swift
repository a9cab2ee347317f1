import SecretMemory

/// A message between the daemon and a plug-in's unit: a version, a kind, a length and so many bytes.
struct UnitFrame: Sendable {
    /// What a frame says; the first two come from the daemon, the others from the unit.
    enum Kind: UInt8, CaseIterable, Sendable {
        /// Run the plug-in: a ``UnitRequest``.
        case request = 1
        /// Say whether the plug-in could be run, and run nothing.
        case probe
        /// The plug-in is not run: a ``UnitRefusal``.
        case refused
        /// The answer to ``probe``.
        case ready
        /// From here on the plug-in may have had an effect.
        case starting
        /// Its whole standard output.
        case output
        /// The end of its standard error: whether it was cut, then the bytes.
        case errors
        /// How it ended: a ``UnitEnding``.
        case ended

        /// The largest payload in bytes.
        var limit: Int {
            switch self {
            case .request: 8 * 1024 * 1024
            case .probe, .ready, .starting: 0
            case .refused: 4096
            case .output: PlugInProcess.outputLimit
            case .errors: StandardErrors.limit + 1
            case .ended: UnitEnding.size
            }
        }
    }

    /// Why bytes are no frame, or a frame is not one that may come here.
    enum Failure: Error, Hashable, Sendable {
        /// Another version of the protocol.
        case version(UInt8)
        case kind(UInt8)
        case length(Kind, Int)
        /// The stream ended within a frame.
        case cut
        /// The frame does not follow the one before.
        case order(Kind)
        /// The payload is not valid for its kind.
        case payload(Kind)
        case noMemory
    }

    /// The version of the protocol, the first byte of each frame.
    static let version: UInt8 = 1
    /// Version, kind and the length of the payload, most significant byte first.
    static let headerSize = 6

    var kind: Kind
    var payload: LockedBytes

    /// The first bytes of a frame.
    static func header(_ kind: Kind, length: Int) -> [UInt8] {
        [version, kind.rawValue] + integer(UInt32(truncatingIfNeeded: length))
    }

    /// Reads ``header(_:length:)``, strictly.
    static func parse(header: [UInt8]) throws(Failure) -> (kind: Kind, length: Int) {
        guard header.count == headerSize else { throw .cut }
        guard header[0] == version else { throw .version(header[0]) }
        guard let kind = Kind(rawValue: header[1]) else { throw .kind(header[1]) }
        let length = Int(integer(header[2...]))
        guard length <= kind.limit else { throw .length(kind, length) }
        return (kind, length)
    }

    /// Four bytes, the most significant one first.
    static func integer(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// The number that four bytes stand for.
    static func integer(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
