import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// Runs a program that gets each message on its standard input.
///
/// No shell, an empty environment, the root folder, a session of its own; what it writes is discarded, and after the time-out it
/// and its children are killed.
package struct CommandTransport: Transport {
    private let command: [String]
    private let timeout: Duration

    /// - Parameter command: The absolute path of the program, and its arguments.
    package init(command: [String], timeout: Duration = .seconds(30)) {
        (self.command, self.timeout) = (command, timeout)
    }

    package func deliver(_ body: [UInt8]) async throws(DeliveryFailure) {
        let killer = Killer()
        let status: TerminationStatus
        do {
            var options = PlatformOptions()
            options.createSession = true
            status = try await Subprocess.run(
                .path(FilePath(command.first ?? "")),
                arguments: Arguments(Array(command.dropFirst())),
                environment: .custom([:] as [Environment.Key: String]),
                workingDirectory: "/",
                platformOptions: options,
                input: .inputWriter,
                output: .discarded,
                error: .discarded
            ) { execution in
                let pid = execution.processIdentifier.value
                killer.start(pid, after: timeout)
                // Do not wait for a program that does not read its input.
                _ = try? await execution.standardInputWriter.write(body)
                try? await execution.standardInputWriter.finish()
            }.terminationStatus
        } catch {
            killer.cancel()
            throw .notStarted("\(error)")
        }
        killer.cancel()
        switch status {
        case .exited(0): return
        case .exited(let code): throw .exited(code)
        case .signaled(SIGKILL): throw .timedOut
        case .signaled(let signal): throw .exited(-signal)
        }
    }
}

/// Kills a session of processes after a time.
private final class Killer: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    func start(_ pid: pid_t, after timeout: Duration) {
        task.withLock { task in
            task = Task {
                guard (try? await Task.sleep(for: timeout)) != nil else { return }
                kill(-pid, SIGKILL)
            }
        }
    }

    func cancel() {
        task.withLock { $0 }?.cancel()
    }
}
