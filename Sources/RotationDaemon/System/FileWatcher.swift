import Dispatch
import Glibc
import Synchronization

/// Tells when something happens in folders: inotify(7), read by a Dispatch source.
///
/// What it tells is a hint. It does not see what happens on network file systems or behind links further up, so whoever is
/// told also looks by itself now and then.
final class FileWatcher: Sendable {
    private let descriptor: Int32
    private let source: WatchedDescriptor
    private let watches = Mutex<Set<Int32>>([])

    /// What makes, changes or replaces a file or a link; a folder that is replaced itself, too.
    ///
    /// Not what only reads: a look must not wake itself.
    static let events = UInt32(
        IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF
    )

    /// - Parameters:
    ///   - settlingMilliseconds: Writers write several files, or one in several steps: what happens within this time is
    ///     told once.
    ///   - onChange: Called after something has happened.
    /// - Returns: nil where the kernel gives no more watchers (fs.inotify.max_user_instances).
    init?(settlingMilliseconds: Int = 1000, onChange: @escaping @Sendable () -> Void) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        source = WatchedDescriptor(source: makeEventSource(descriptor, .milliseconds(settlingMilliseconds), onChange))
    }

    deinit {
        source.source.cancel()
    }

    /// Watches these folders or files, and no others; one that is not there is passed over.
    ///
    /// - Returns: Those that are there and can't be watched, as they can't be read or there are too many.
    @discardableResult
    func watch(_ paths: Set<String>) -> Set<String> {
        watches.withLock { watches in
            var (fresh, unseen): (Set<Int32>, Set<String>) = ([], [])
            for path in paths {
                // Adding what is watched already changes nothing; what was replaced is another one.
                let watch = inotify_add_watch(descriptor, path, Self.events)
                if watch >= 0 { fresh.insert(watch) } else if errno != ENOENT { unseen.insert(path) }
            }
            for old in watches.subtracting(fresh) { inotify_rm_watch(descriptor, old) }
            watches = fresh
            return unseen
        }
    }
}

/// Guard of `@unchecked Sendable`: the reference never changes, and a Dispatch source may be cancelled from any thread.
private struct WatchedDescriptor: @unchecked Sendable {
    let source: any DispatchSourceRead
}

/// A free function, so that the handlers can capture nothing but what they are given: one that captured actor state
/// would compile, and crash when it fires.
private func makeEventSource(
    _ descriptor: Int32,
    _ settling: DispatchTimeInterval,
    _ onChange: @escaping @Sendable () -> Void
) -> any DispatchSourceRead {
    let queue = DispatchQueue(label: "secret-rotator.file-watcher")
    let isTelling = Flag()
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setEventHandler { @Sendable in
        drain(descriptor)
        guard isTelling.raise() else { return }
        queue.asyncAfter(deadline: .now() + settling) { @Sendable in
            isTelling.lower()
            onChange()
        }
    }
    source.setCancelHandler { @Sendable in close(descriptor) }
    source.activate()
    return source
}

/// Which events there are does not matter.
private func drain(_ descriptor: Int32) {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
        while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
    }
}

private final class Flag: Sendable {
    private let isRaised = Mutex(false)

    /// - Returns: Whether it was not raised yet.
    func raise() -> Bool {
        isRaised.withLock { isRaised in
            defer { isRaised = true }
            return !isRaised
        }
    }

    func lower() { isRaised.withLock { $0 = false } }
}
