import RotationEngine
import Scheduling
import SecretMemory
import Synchronization
import ValueGenerators

/// Files that another tool writes, by secret.
final class SimulatedFiles: Sendable {
    /// nil where there is nothing that can be used.
    private let contents = Mutex<[String: (bytes: [UInt8]?, version: Int64)]>([:])

    /// Writes a file, or spoils it.
    func write(_ bytes: [UInt8]?, _ name: String) {
        contents.withLock { contents in
            contents[name] = (bytes, (contents[name]?.version ?? 0) + 1)
        }
    }

    func content(_ name: String) -> [UInt8]? { contents.withLock { $0[name]?.bytes } }

    func version(_ name: String) -> Int64? { contents.withLock { $0[name]?.version } }

    /// The schedule of a secret whose value is in a file.
    static func definition(_ name: String) throws -> ScheduleDefinition {
        ScheduleDefinition(cadence: .onChange, generator: .file(try FilePolicy(paths: ["/files/\(name)"])))
    }

    /// The secret of a file.
    static func name(of policy: FilePolicy) -> String {
        String(policy.paths.first?.dropFirst("/files/".count) ?? "")
    }
}

/// Takes what is in such a file for the value.
struct SimulatedFileGenerator: WatchedGenerator {
    let name: String
    let files: SimulatedFiles
    let process: Process
    let world: SimulatedHub.Surroundings

    var steps: Set<GeneratorStep> { [] }
    var folders: Set<String> { [] }

    func signature() async -> SourceSignature {
        // At once: a look that took time would keep time from passing quickly while nothing happens.
        SourceSignature([files.version(name).map { [$0] } ?? []])
    }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        await world.time.sleep(world.dice.duration(0...100))
        if process.isDead { throw .tryAgain }
        guard let bytes = files.content(name) else { throw .permanent(reason: "nothing that can be used") }
        do {
            return GeneratedValue(value: try SecretValue(LockedBytes(count: bytes.count) { $0.copyBytes(from: bytes) }))
        } catch {
            throw .permanent(reason: "no value")
        }
    }

    func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {}
}
