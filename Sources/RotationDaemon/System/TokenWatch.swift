import Glibc
import Logging
import RotationCore
import Synchronization
import ValueGenerators

/// Reports within a second that a token file was written or replaced, or that its links changed: inotify(7).
///
/// On network file systems inotify sees nothing; there the engine's check each minute finds the change.
final class TokenWatch: Sendable {
    private struct State {
        var files: Set<String> = []
        var watcher: FileWatcher?
        /// Folders that can't be watched, and are already in the log.
        var unseen: Set<String> = []
    }

    private let state = Mutex(State())
    private let logger: Logger

    /// The settling time: a writer writes a token in one step, or causes another event.
    private static let settlingMilliseconds = 200

    /// - Parameter onChange: Called on its own queue, where it may block.
    init(logger: Logger, onChange: @escaping @Sendable () -> Void) {
        self.logger = logger
        let watcher = FileWatcher(settlingMilliseconds: Self.settlingMilliseconds) { [weak self] in
            // Watch first, so that no change after the read is missed.
            self?.arm()
            onChange()
        }
        state.withLock { $0.watcher = watcher }
        if watcher == nil {
            logger.warning("token files can't be watched (fs.inotify.max_user_instances): renewals take a minute")
        }
    }

    /// Watches exactly these files.
    func follow(_ files: Set<String>) {
        state.withLock { $0.files = files }
        arm()
    }

    /// Watches the folders on the current paths of the files.
    private func arm() {
        state.withLock { state in
            var places = Self.places(state.files)
            // A link may change before its folder is watched: resolve the paths again.
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

    /// The files themselves are watched too: for a single mounted file its folder has no events.
    private static func places(_ files: Set<String>) -> Set<String> {
        files.reduce(into: files.filter { access($0, F_OK) == 0 }) { $0.formUnion(LinkChain.folders(to: $1)) }
    }
}
