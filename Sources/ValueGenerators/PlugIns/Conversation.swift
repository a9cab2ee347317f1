/// The exchange of data with a plug-in's launcher, with a time-out.
struct Conversation: Sendable {
    /// Writes the question.
    let write: @Sendable () async -> Void
    /// Closes the launcher's standard input: it then ends the plug-in with all its processes, and itself.
    let closeInput: @Sendable () async -> Void
    /// Reads standard output to its end; nil beyond the limit.
    let output: @Sendable () async -> [UInt8]?
    /// Reads standard error to its end.
    let errors: @Sendable () async -> StandardErrors
    /// Kills a launcher that does not end its plug-in.
    let kill: @Sendable () -> Void
    /// The time-out for that.
    private static let endTimeout = Duration.seconds(10)

    init(
        write: @escaping @Sendable () async -> Void,
        closeInput: @escaping @Sendable () async -> Void,
        output: @escaping @Sendable () async -> [UInt8]?,
        errors: @escaping @Sendable () async -> StandardErrors,
        kill: @escaping @Sendable () -> Void
    ) {
        self.write = write
        self.closeInput = closeInput
        self.output = output
        self.errors = errors
        self.kill = kill
    }

    private enum Part: Sendable {
        case written
        case output([UInt8]?)
        case errors(StandardErrors)
        case timeout
    }

    /// Returns the output and the ending: that of an exceeded limit, otherwise `exited(0)`.
    func run(timeout: Duration) async -> PlugInProcess.Outcome {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                await write()
                return .written
            }
            group.addTask { .output(await output()) }
            group.addTask { .errors(await errors()) }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return .timeout
            }
            var outcome = PlugInProcess.Outcome(ending: .exited(0), output: [], errors: StandardErrors())
            var left = 3
            while left > 0, let part = await group.next() {
                switch part {
                case .written: left -= 1
                case .output(let bytes):
                    left -= 1
                    outcome.output = bytes ?? []
                    if bytes == nil {
                        outcome.ending = .tooMuchOutput
                        group.addTask { await end() }
                    }
                case .errors(let bytes):
                    left -= 1
                    outcome.errors = bytes
                case .timeout:
                    if outcome.ending == .exited(0) { outcome.ending = .timedOut }
                    group.addTask { await end() }
                }
            }
            group.cancelAll()
            return outcome
        }
    }

    private func end() async -> Part {
        await closeInput()
        do { try await Task.sleep(for: Self.endTimeout) } catch { return .timeout }
        kill()
        return .timeout
    }
}
