import Dispatch
import Glibc
import Synchronization

/// Reports changes in folders: inotify(7), read by a Dispatch source.
///
/// A report is only a hint. Changes on network file systems or behind links higher up are not seen, so the owner must
/// also check from time to time.
final class FileWatcher: Sendable {
    private let descriptor: Int32
    private let source: WatchedDescriptor
    private let watches = Mutex<Set<Int32>>([])

    /// Events that create, change or replace a file or link, or replace the folder itself.
    ///
    /// Without read events: reading the files must not cause a report.
    static let events = UInt32(
        IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF
    )

    /// - Parameters:
    ///   - settlingMilliseconds: Changes within this time are reported once, because writers write several files, or
    ///     one in several steps.
    ///   - onChange: Called after a change.
    /// - Returns: nil if the kernel allows no more watchers (fs.inotify.max_user_instances).
    init?(settlingMilliseconds: Int = 1000, onChange: @escaping @Sendable () -> Void) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        source = WatchedDescriptor(source: makeEventSource(descriptor, .milliseconds(settlingMilliseconds), onChange))
    }

    deinit {
        source.source.cancel()
    }

    /// Watches exactly these folders or files; missing ones are skipped.
    ///
    /// - Returns: The existing ones that can't be watched, because they can't be read or there are too many.
    @discardableResult
    func watch(_ paths: Set<String>) -> Set<String> {
        watches.withLock { watches in
            var (fresh, unseen): (Set<Int32>, Set<String>) = ([], [])
            for path in paths {
                // Adding a watched path again changes nothing; a replaced file gets a new watch.
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

/// Reads and drops all events: their content does not matter.
private func drain(_ descriptor: Int32) {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
        while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
    }
}

private final class Flag: Sendable {
    private let isRaised = Mutex(false)

    /// - Returns: Whether the flag was not raised before.
    func raise() -> Bool {
        isRaised.withLock { isRaised in
            defer { isRaised = true }
            return !isRaised
        }
    }

    func lower() { isRaised.withLock { $0 = false } }
}
