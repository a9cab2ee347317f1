/// What is said to a plug-in's launcher and heard from the plug-in, with the clock watched at the same time.
struct Conversation: Sendable {
    /// Writes the question.
    let write: @Sendable () async -> Void
    /// Lets go of the launcher's standard input: it ends the plug-in with all its processes, and then itself.
    let letGo: @Sendable () async -> Void
    /// Reads standard output to its end; nil beyond the limit.
    let output: @Sendable () async -> [UInt8]?
    /// Reads standard error to its end.
    let errors: @Sendable () async -> StandardErrors
    /// Kills a launcher that does not end what it has started.
    let kill: @Sendable () -> Void
    /// How long it may take to do that.
    private static let patience = Duration.seconds(10)

    init(
        write: @escaping @Sendable () async -> Void,
        letGo: @escaping @Sendable () async -> Void,
        output: @escaping @Sendable () async -> [UInt8]?,
        errors: @escaping @Sendable () async -> StandardErrors,
        kill: @escaping @Sendable () -> Void
    ) {
        self.write = write
        self.letGo = letGo
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

    /// Returns what was heard, with the ending that a limit has brought about; `exited(0)` where none has.
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
        await letGo()
        do { try await Task.sleep(for: Self.patience) } catch { return .timeout }
        kill()
        return .timeout
    }
}
