import Foundation
import RotationCore
import SecretMemory

/// Uses the content of another tool's file as the value.
struct FileGenerator: WatchedGenerator {
    let policy: FilePolicy
    /// The host of files; nil if none may be read, as in `generate`.
    let host: FileHost?
    let clock: @Sendable () -> Int64

    /// The folders of the files and of the targets of links: tools replace either of them.
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
        guard let host else { return SourceView(problem: "files are read only by the daemon") }
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
