import Glibc
import Logging
import RotationCore
import Synchronization
import ValueGenerators

/// Tells within a second when a token file is written, replaced, or reached by other links: inotify(7).
///
/// Where that can't be seen, on network file systems, the engine's look each minute finds it.
final class TokenWatch: Sendable {
    private struct State {
        var files: Set<String> = []
        var watcher: FileWatcher?
        /// Folders that can't be watched, which the log has named.
        var unseen: Set<String> = []
    }

    private let state = Mutex(State())
    private let logger: Logger

    /// A file is written in one go: its writer has ended when this has passed, or another event follows.
    private static let settlingMilliseconds = 200

    /// - Parameter onChange: Called on a queue of its own, which may block.
    init(logger: Logger, onChange: @escaping @Sendable () -> Void) {
        self.logger = logger
        let watcher = FileWatcher(settlingMilliseconds: Self.settlingMilliseconds) { [weak self] in
            // First, so that nothing that happens after the look is missed.
            self?.arm()
            onChange()
        }
        state.withLock { $0.watcher = watcher }
        if watcher == nil {
            logger.warning("token files can't be watched (fs.inotify.max_user_instances): renewals take a minute")
        }
    }

    /// Watches these files, and no others.
    func follow(_ files: Set<String>) {
        state.withLock { $0.files = files }
        arm()
    }

    /// Watches the folders that the files are reached through now.
    private func arm() {
        state.withLock { state in
            var places = Self.places(state.files)
            // A link that is replaced while its folder is not yet watched leads elsewhere: look again.
            for _ in 0..<3 {
                let unseen = state.watcher?.watch(places) ?? []
                if !unseen.isSubset(of: state.unseen) {
                    let names = unseen.sorted().joined(separator: " ")
                    logger.warning("can't be watched: renewals take a minute", metadata: ["paths": "\(names)"])
                }
                state.unseen = unseen
                let now = Self.places(state.files)
                if now == places { return }
                places = now
            }
        }
    }

    /// The files themselves too: where a single file is mounted, its folder sees nothing.
    private static func places(_ files: Set<String>) -> Set<String> {
        files.reduce(into: files.filter { access($0, F_OK) == 0 }) { $0.formUnion(LinkChain.folders(to: $1)) }
    }
}
