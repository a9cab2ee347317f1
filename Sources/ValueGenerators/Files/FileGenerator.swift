import Foundation
import SecretMemory

/// Takes what another tool has left in a file for the value.
struct FileGenerator: WatchedGenerator {
    let policy: FilePolicy
    /// nil where no files are read, as in a command that only tries generators.
    let host: FileHost?
    let clock: @Sendable () -> Int64

    var steps: Set<GeneratorStep> { [] }

    /// The folders of the files, and of what links lead to: tools replace the one or the other.
    var folders: Set<String> {
        Set(
            policy.allPaths.flatMap { [$0, Confinement.resolved($0)] }.map {
                ($0 as NSString).deletingLastPathComponent
            }
        )
    }

    func signature() async -> SourceSignature {
        host.map { FileSource(policy, $0).signature() } ?? SourceSignature([])
    }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        guard let host else { throw .permanent(reason: "files are read by the daemon alone") }
        do {
            return GeneratedValue(value: try FileSource(policy, host).read(now: clock()))
        } catch {
            throw .permanent(reason: error.description)
        }
    }

    func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {}
}
