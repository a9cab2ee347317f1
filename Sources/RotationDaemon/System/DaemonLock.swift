import CLinux
import Glibc
package import RotationCore
import Synchronization

/// The exclusive lock beside the database: its holder may create the database, migrate it and rotate.
///
/// The kernel releases the lock when the process ends, in any way. The holder's ID in the file is valid only while the
/// lock is held.
package final class DaemonLock: Sendable {
    /// What the holder uses the lock for, as recorded in its file.
    package enum Role: String, Sendable, CaseIterable {
        /// A daemon that is not ready yet.
        case starting
        /// A daemon that rotates.
        case ready
        /// A daemon that waits for its work in flight.
        case stopping
        /// A command, for the duration of one change.
        case command
    }

    /// The holder of the lock.
    package struct Holder: Hashable, Sendable {
        /// The process ID; nil if the file does not say, because the holder has just taken the lock.
        package var pid: Int32?
        /// The role; nil if the file does not say.
        package var role: Role?

        /// Whether the holder is a daemon.
        package var isDaemon: Bool { role != nil && role != .command }
    }

    /// Why the lock could not be taken.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case held(path: String, by: Holder)
        case system(path: String, errno: Int32)

        package var description: String {
            switch self {
            case .held(let path, let holder) where holder.role == .command:
                "\(path) is held by \(holder.pid.map { "process \($0)" } ?? "another process"), a command: "
                    + "try again when it has ended"
            case .held(let path, let holder):
                "\(path) is held by \(holder.pid.map { "process \($0)" } ?? "another process"): "
                    + "only one daemon may serve a database"
            case .system(let path, let errno):
                "\(path): \(String(cString: strerror(errno)))"
            }
        }
    }

    /// The locked file; nil once the lock is released.
    private let descriptor: Mutex<Int32?>
    private let path: String
    private let announced: Mutex<Role>

    /// The path of a database's lock.
    package static func path(for database: String) -> String {
        database + ".lock"
    }

    /// Takes the lock, or throws an error with its holder.
    package init(database: String, role: Role) throws(Failure) {
        // Nothing may throw once `descriptor` is set: `deinit` would run and close it a second time.
        path = Self.path(for: database)
        announced = Mutex(role)
        descriptor = Mutex(try Self.openLocked(path))
        announce(role)
    }

    /// Throws if the file at the lock's path is missing or not the locked one: another process could lock the new one.
    package func check() throws(FenceLost) {
        var (mine, named) = (stat(), stat())
        let isHeld = descriptor.withLock { descriptor in descriptor.map { fstat($0, &mine) == 0 } ?? false }
        guard isHeld, lstat(path, &named) == 0, mine.st_dev == named.st_dev, mine.st_ino == named.st_ino
        else { throw .lock(path: path) }
    }

    /// Opens the file and locks it.
    private static func openLocked(_ path: String) throws(Failure) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(path: path, errno: errno) }
        // A process that may read the file may lock it; an earlier version created it readable by everyone.
        fchmod(descriptor, 0o600)
        let code = clinux_lock_file(descriptor)
        guard code == 0 else {
            let holder = readHolder(descriptor)
            close(descriptor)
            guard code == EACCES || code == EAGAIN else { throw .system(path: path, errno: code) }
            throw .held(path: path, by: holder)
        }
        return descriptor
    }

    deinit { release() }

    /// Releases the lock, even if there are other references to this object.
    package func release() {
        descriptor.withLock { descriptor in
            guard let open = descriptor else { return }
            ftruncate(open, 0)
            clinux_unlock_file(open)
            close(open)
            descriptor = nil
        }
    }

    /// The role of this holder, as recorded in the lock's file.
    package var role: Role { announced.withLock { $0 } }

    /// Records the holder's role in the lock's file.
    package func announce(_ role: Role) {
        announced.withLock { $0 = role }
        let line = Array("\(getpid()) \(role.rawValue)\n".utf8)
        descriptor.withLock { descriptor in
            guard let descriptor else { return }
            ftruncate(descriptor, 0)
            _ = pwrite(descriptor, line, line.count, 0)
        }
    }

    /// The holder of a database's lock; nil if it is free.
    ///
    /// - Throws: ``Failure/system(path:errno:)`` if the state of the lock can't be read.
    package static func holder(of database: String) throws(Failure) -> Holder? {
        let path = path(for: database)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .system(path: path, errno: errno) }
            return nil
        }
        defer { close(descriptor) }
        return clinux_is_file_locked(descriptor) == 1 ? readHolder(descriptor) : nil
    }

    private static func readHolder(_ descriptor: Int32) -> Holder {
        var text = [UInt8](repeating: 0, count: 64)
        let count = pread(descriptor, &text, text.count, 0)
        let words = String(decoding: text.prefix(max(count, 0)), as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count == 2 else { return Holder() }
        return Holder(pid: Int32(words[0]).flatMap { $0 > 1 ? $0 : nil }, role: Role(rawValue: String(words[1])))
    }
}
