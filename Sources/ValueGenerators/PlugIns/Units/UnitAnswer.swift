import SecretMemory

/// The frames that a unit answers to a request, in their only order: `refused`, or `starting` and then `refused`, or
/// `starting`, `output`, `errors` and `ended`.
struct UnitAnswer: Sendable {
    private enum State: Sendable {
        case waiting
        case starting
        case output(LockedBytes)
        case errors(LockedBytes, StandardErrors)
        case complete
    }

    private var state = State.waiting

    /// Whether the plug-in may have had an effect.
    var hasStarted: Bool { if case .waiting = state { false } else { true } }

    /// Takes the next frame.
    ///
    /// - Returns: The outcome of the step, with the last frame.
    mutating func take(_ frame: UnitFrame) throws(UnitFrame.Failure) -> PlugInProcess.Outcome? {
        switch (state, frame.kind) {
        case (.waiting, .refused), (.starting, .refused):
            state = .complete
            return try UnitRefusal(frame.payload).outcome
        case (.waiting, .starting): state = .starting
        case (.starting, .output): state = .output(frame.payload)
        case (.output(let output), .errors): state = .errors(output, try Self.errors(frame.payload))
        case (.errors(let output, let errors), .ended):
            state = .complete
            let ending = try UnitEnding(frame.payload).ending
            return .init(ending: ending, output: output.withBytes { Array($0) }, errors: errors)
        default: throw .order(frame.kind)
        }
        return nil
    }

    /// The outcome if no further frame comes.
    ///
    /// - Parameter reason: Why, if the plug-in was not even started.
    func interrupted(_ reason: String) -> PlugInProcess.Outcome {
        .init(ending: hasStarted ? .disconnected : .unavailable(reason), output: [], errors: StandardErrors())
    }

    private static func errors(_ payload: LockedBytes) throws(UnitFrame.Failure) -> StandardErrors {
        let bytes = payload.withBytes { Array($0) }
        guard let isCut = bytes.first, isCut < 2 else { throw .payload(.errors) }
        return StandardErrors(kept: Array(bytes.dropFirst()), isCut: isCut == 1)
    }
}
