/// Reads a unit's answer to a request, within the time-outs.
struct AnswerReading {
    private let connection: UnitConnection
    private let timeout: Duration
    private var deadline: ContinuousClock.Instant
    private var answer = UnitAnswer()
    private var isSilent = false
    private var isTimedOut = false
    /// How long a unit may take to end its plug-in after the time-out, and to answer with its output.
    private static let endTimeout = Duration.seconds(10)

    /// - Parameters:
    ///   - timeout: The time-out of the step, from the start of the plug-in.
    ///   - deadline: The latest start.
    init(connection: UnitConnection, timeout: Duration, deadline: ContinuousClock.Instant) {
        (self.connection, self.timeout, self.deadline) = (connection, timeout, deadline)
    }

    /// Returns the outcome of the step.
    mutating func run() -> PlugInProcess.Outcome {
        var outcome = untilEnd()
        if isTimedOut { outcome.ending = .timedOut }
        return outcome
    }

    private mutating func untilEnd() -> PlugInProcess.Outcome {
        do throws(UnitFrame.Failure) {
            while let frame = try UnitFrame.next({ read($0) }) {
                if let outcome = try answer.take(frame) { return outcome }
                if frame.kind == .starting { deadline = .now + timeout }
            }
        } catch {
            switch error {
            case .version: return answer.interrupted("other_version")
            case .cut: break
            default: return answer.interrupted("invalid_answer")
            }
        }
        return answer.interrupted(isSilent ? "no_answer" : "connection_closed")
    }

    private mutating func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = connection.stream.read(buffer, until: deadline)
        guard count < 0, !isTimedOut else { return count }
        guard answer.hasStarted else {
            isSilent = true
            return 0
        }
        isTimedOut = true
        connection.stop()
        deadline = .now + Self.endTimeout
        return connection.stream.read(buffer, until: deadline)
    }
}
