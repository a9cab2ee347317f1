import SecretMemory

/// What a unit's plug-in has answered, for the daemon.
struct UnitResult {
    let ending: UnitEnding
    /// Standard output at the beginning of a larger buffer.
    let output: LockedBytes
    let outputCount: Int
    let errors: StandardErrors

    /// Sends all of it.
    ///
    /// - Returns: false if the daemon does not read it.
    func send(on stream: UnitStream, until deadline: ContinuousClock.Instant) -> Bool {
        let isSent = output.withBytes { bytes in
            stream.write(.output, [UnsafeRawBufferPointer(rebasing: bytes[..<outputCount])], until: deadline)
        }
        let lines = [errors.isCut ? 1 : 0] + errors.kept
        return isSent && lines.withUnsafeBytes { stream.write(.errors, [$0], until: deadline) }
            && ending.payload.withUnsafeBytes { stream.write(.ended, [$0], until: deadline) }
    }
}
