import Foundation
import Glibc
import Subprocess
import TestSupport
import Testing

/// A witness that the real executable runs, with its key and database in a world's folder.
struct RunningWitness: Sendable {
    let world: World
    let name: String
    let port: Int
    /// Its verifier key.
    let key: String

    /// Makes a witness's key; a port is its own for all runs.
    init(_ name: String, in world: World) async throws {
        (self.world, self.name, port) = (world, name, try LoopbackPorts.next())
        let made = try await Program.run([
            "keygen", "witness", "--origin", "\(name).example", "--output", world.folder.file("\(name).key"),
        ])
        #expect(made.status == 0 && made.output.wholeMatch(of: #/\S+\n/#) != nil, "\(made.errors)")
        key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The witness in the configuration.
    var yaml: String { "{url: \"http://127.0.0.1:\(port)\", key: \"\(key)\"}" }

    /// Runs it for a log while a closure runs; TERM ends it, and its status is 0.
    func run(for log: String, _ body: @Sendable () async throws -> Void) async throws {
        let folder = world.folder
        let result = try await Subprocess.run(
            .path(Program.path),
            arguments: [
                "witness", "--key", folder.file("\(name).key"), "--database", folder.file("\(name).db"), "--log", log,
                "--port", "\(port)",
            ],
            environment: Program.environment([:]),
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            let pid = execution.processIdentifier.value
            Guardian.shared.watch(pid)
            do {
                for try await line in execution.standardOutput.strings() {
                    #expect(line.hasPrefix("listening on http://127.0.0.1:\(port)"))
                    break
                }
                try await body()
            } catch {
                kill(pid, SIGKILL)
                throw error
            }
            kill(pid, SIGTERM)
        }
        Guardian.shared.release(result.processIdentifier.value)
        #expect(Program.status(result.terminationStatus) == 0)
    }
}
