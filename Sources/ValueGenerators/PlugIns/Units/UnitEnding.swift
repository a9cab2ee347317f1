import SecretMemory

/// How a unit's plug-in ended.
enum UnitEnding: Hashable, Sendable {
    case exited(Int32)
    case killed(Int32)
    case tooMuchOutput

    /// The size of ``payload``.
    static let size = 5

    /// From a status of waitpid(2).
    init(status: Int32) {
        let signal = status & 0x7F
        self = signal != 0 ? .killed(signal) : .exited(status >> 8 & 0xFF)
    }

    /// The payload: 0, 1 or 2, and the exit status or signal.
    var payload: [UInt8] {
        switch self {
        case .exited(let status): [0] + UnitFrame.integer(UInt32(bitPattern: status))
        case .killed(let signal): [1] + UnitFrame.integer(UInt32(bitPattern: signal))
        case .tooMuchOutput: [2, 0, 0, 0, 0]
        }
    }

    /// Reads ``payload``, strictly.
    init(_ payload: LockedBytes) throws(UnitFrame.Failure) {
        let bytes = payload.withBytes { Array($0) }
        guard bytes.count == Self.size else { throw .payload(.ended) }
        let number = Int32(bitPattern: UnitFrame.integer(bytes.dropFirst()))
        switch (bytes[0], number) {
        case (0, 0...255): self = .exited(number)
        case (1, 1...127): self = .killed(number)
        case (2, 0): self = .tooMuchOutput
        default: throw .payload(.ended)
        }
    }

    /// The same as the ending of a plug-in that the daemon has started.
    var ending: PlugInProcess.Ending {
        switch self {
        case .exited(let status): .exited(status)
        case .killed(let signal): .killed(signal)
        case .tooMuchOutput: .tooMuchOutput
        }
    }
}
