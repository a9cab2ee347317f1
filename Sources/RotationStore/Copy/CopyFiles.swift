import Glibc

/// The files of a copy: the one that is read, and the one that is written next.
///
/// The one that is read is never written to. It is replaced by a draft, which is whole and on the disk by then; it becomes the
/// next draft, once nobody has it open, so that each turn writes what has changed and not the whole file. Names that begin with
/// a dot are the copier's own, and are of no use after a crash.
struct CopyFiles {
    let copy: HistoryCopy
    /// What the file system of a path has left.
    private let space: @Sendable (String) -> DiskSpace?
    /// Held by the only process that writes here; closed with the value that has it.
    private var lock: CopyLock?
    /// Whether there is a draft that was read before, and is an older state.
    private var hasOlder = false

    init(_ copy: HistoryCopy, space: @escaping @Sendable (String) -> DiskSpace?) {
        (self.copy, self.space) = (copy, space)
    }

    /// The draft's path.
    var draft: String { copy.folder + "/.rotator-history.next" }
    private var previous: String { copy.folder + "/.rotator-history.last" }

    /// Why a file could not be written.
    struct Failure: Error, CustomStringConvertible {
        var path: String
        var operation: String
        var reason: String

        init(_ path: String, _ operation: String, _ code: Int32 = errno) {
            (self.path, self.operation) = (path, operation)
            reason = String(cString: strerror(code))
        }

        var description: String { "\(path): \(operation): \(reason)" }
    }

    /// What a draft has in it.
    enum Content {
        /// What was read until the last turn but one.
        case older
        /// What is read now.
        case present
        /// Nothing.
        case nothing
    }

    // MARK: Before a draft is written

    /// Makes the folder where it is missing, and becomes the only one who writes in it.
    ///
    /// - Returns: Whether it was not that before.
    mutating func open() throws(Failure) -> Bool {
        try makeFolder()
        if let lock, lock.isInPlace { return false }
        lock = nil
        lock = try CopyLock(copy.folder + "/.rotator-history.lock")
        discardDraft()
        return true
    }

    /// Readers of the group may pass, and list; new files get the folder's group.
    private func makeFolder() throws(Failure) {
        var status = stat()
        if lstat(copy.folder, &status) != 0 {
            guard mkdir(copy.folder, 0o750) == 0, lstat(copy.folder, &status) == 0 else {
                throw Failure(copy.folder, "make the folder")
            }
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw Failure(copy.folder, "open", ENOTDIR) }
        // RestrictSUIDSGID= forbids the bit that hands the group on: then it is there already, or the group is the process's.
        if status.st_mode & 0o7777 != 0o2750, chmod(copy.folder, 0o2750) != 0, status.st_mode & 0o027 != 0 {
            _ = chmod(copy.folder, 0o750)
        }
    }

    /// Removes a draft that is of no use.
    mutating func discardDraft() {
        hasOlder = false
        unlink(draft)
        unlink(previous)
    }

    /// Throws ``DiskSpace/Short`` where so many more bytes would take what the database may need: they share the disk.
    func checkSpace(for needed: Int64 = 0) throws(DiskSpace.Short) {
        try space(copy.folder)?.check(for: needed, at: copy.folder)
    }

    /// Provides the draft's file.
    ///
    /// - Parameters:
    ///   - size: The bytes of the original.
    ///   - step: Called before each bounded step; what it throws ends the work.
    mutating func prepareDraft(ofSize size: Int64, step: () throws -> Void) throws -> Content {
        if hasOlder, Self.isUnused(draft) {
            try checkSpace()
            hasOlder = false
            return .older
        }
        // Its readers keep it, without a name.
        discardDraft()
        guard let present = Self.size(copy.path) else {
            try checkSpace(for: size)
            // SQLite would make it readable for the folder's group.
            do { try OwnerOnly.create(draft) } catch { throw Failure(draft, "create") }
            return .nothing
        }
        try checkSpace(for: present)
        try Self.duplicate(copy.path, draft, step: step)
        return .present
    }

    /// The bytes of a file; nil where there is none.
    static func size(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// Whether no program has a file open, so that it may be changed under its inode.
    ///
    /// A lease is granted under just that condition (fcntl(2)). Where a file system knows none, the file counts as used.
    private static func isUnused(_ path: String) -> Bool {
        let file = Glibc.open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        let (setLease, writer, none) = (Int32(1024), Int32(F_WRLCK), Int32(F_UNLCK))
        guard fcntl(file, setLease, writer) == 0 else { return false }
        return fcntl(file, setLease, none) == 0
    }

    /// Copies a file that nobody writes to.
    private static func duplicate(_ path: String, _ target: String, step: () throws -> Void) throws {
        let source = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard source >= 0 else { throw Failure(path, "open") }
        defer { close(source) }
        let file = Glibc.open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(target, "create") }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            try step()
            let count = read(source, &buffer, buffer.count)
            guard count >= 0 else { throw Failure(path, "read") }
            guard count > 0 else { return }
            guard write(file, buffer, count) == count else { throw Failure(target, "write") }
        }
    }

    // MARK: After a draft was written

    /// Has readers find the draft from now on.
    mutating func publish() throws(Failure) {
        try Self.sync(draft, mode: 0o640, group: Self.group(of: copy.folder))
        unlink(previous)
        let hadOne = link(copy.path, previous) == 0
        guard rename(draft, copy.path) == 0 else { throw Failure(copy.path, "rename") }
        // What was read before is changed only after its name is gone from the disk, too.
        try Self.sync(copy.folder)
        guard hadOne, chmod(previous, 0o600) == 0 else { return }
        hasOlder = rename(previous, draft) == 0
    }

    private static func group(of folder: String) -> gid_t? {
        var status = stat()
        return stat(folder, &status) == 0 ? status.st_gid : nil
    }

    /// The folder of a file.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    }

    /// Has a file or a folder on the disk.
    static func sync(_ path: String, mode: mode_t? = nil, group: gid_t? = nil) throws(Failure) {
        let file = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw Failure(path, "open") }
        defer { close(file) }
        var status = stat()
        // Refused where the process is not in that group; files that are made from now on have it all the same.
        if let group, fstat(file, &status) == 0, status.st_gid != group { _ = fchown(file, uid_t.max, group) }
        if let mode, fchmod(file, mode) != 0 { throw Failure(path, "change the mode") }
        guard fsync(file) == 0 else { throw Failure(path, "sync") }
    }
}
