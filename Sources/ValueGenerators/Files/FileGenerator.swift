import Foundation
import RotationCore
import SecretMemory

/// Takes what another tool has left in a file for the value.
struct FileGenerator: WatchedGenerator {
    let policy: FilePolicy
    /// nil where no files are read, as in a command that only tries generators.
    let host: FileHost?
    let clock: @Sendable () -> Int64

    /// The folders of the files, and of what links lead to: tools replace the one or the other.
    func folders() async -> Set<String> {
        let paths = policy.allPaths
        let folders = await FileQueue.shared.run {
            paths.reduce(into: Set<String>()) { $0.formUnion(LinkChain.folders(to: $1)) }
        }
        return folders ?? []
    }

    func signature() async -> SourceSignature {
        guard let host else { return SourceSignature([]) }
        let source = FileSource(policy, host)
        return await FileQueue.shared.run { source.signature() } ?? SourceSignature([])
    }

    func view() async -> SourceView {
        guard let host else { return SourceView(problem: "files are read by the daemon alone") }
        let (source, now) = (FileSource(policy, host), clock())
        let view = await FileQueue.shared.run { source.view(now: now) }
        return view ?? SourceView(problem: "\(source.names): the disk does not answer")
    }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        let view = await view()
        if let problem = view.problem { throw .permanent(reason: problem) }
        guard let value = view.value else { throw .permanent(reason: "there is no value") }
        return GeneratedValue(value: value)
    }
}
