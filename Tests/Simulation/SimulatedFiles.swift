import RotationCore
import Scheduling
import SecretMemory
import Synchronization
import TestSupport
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

    func folders() async -> Set<String> { [] }

    func signature() async -> SourceSignature {
        // At once: a look that took time would keep time from passing quickly while nothing happens.
        SourceSignature([files.version(name).map { [$0] } ?? []])
    }

    func view() async -> SourceView {
        await world.time.sleep(world.dice.duration(0...100))
        let bytes = process.isDead ? nil : files.content(name)
        let value = bytes.flatMap { bytes in
            try? SecretValue(LockedBytes(count: bytes.count) { $0.copyBytes(from: bytes) })
        }
        return SourceView(value: value, problem: value == nil ? "nothing that can be used" : nil)
    }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        let view = await view()
        if process.isDead { throw .tryAgain }
        guard let value = view.value else { throw .permanent(reason: "nothing that can be used") }
        return GeneratedValue(value: value)
    }
}
