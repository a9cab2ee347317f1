import Glibc
import SQLite

/// The number of the newest entry of the history, in a file of its own: it tells a history that was restored from an older
/// copy, or made anew.
///
/// It is written after each commit and never before, so that after a crash it is never ahead of the history by itself. One
/// line of a fixed length is replaced in place, which needs no room on a full disk.
final class Mark {
    /// What the file says.
    struct Content: Hashable {
        /// The history that it was written for.
        var history: String
        /// The number of that history's newest entry; 0 for none.
        var seq: Int64
    }

    /// What was found in the file.
    enum Finding: Hashable {
        /// There was none.
        case none
        case content(Content)
        /// Something else than a mark.
        case unreadable
    }

    private let path: String
    private let descriptor: Int32
    private var last: Content?

    /// Where the mark of a database is.
    static func path(for database: String) -> String {
        database + ".mark"
    }

    /// Opens the file of a database, and makes it where it is missing.
    init(database: String) throws(SQLiteError) {
        path = Self.path(for: database)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// What is wrong, in the same terms as with the database beside it.
    private static func failure(_ path: String) -> SQLiteError {
        let code: ResultCode =
            switch errno {
            case EACCES, EPERM, EROFS: .readOnly
            case ENOSPC, EDQUOT: .full
            default: .cannotOpen
            }
        return SQLiteError(code: code, message: String(cString: strerror(errno)), operation: "mark", path: path)
    }

    /// Reads the file.
    func read() throws(SQLiteError) -> Finding {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { throw Self.failure(path) }
        guard count > 0 else { return .none }
        let words = String(decoding: bytes.prefix(count), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let seq = Int64(words[1]), seq >= 0 else { return .unreadable }
        return .content(Content(history: String(words[0]), seq: seq))
    }

    /// Writes the number of the newest entry.
    func write(_ content: Content) throws(SQLiteError) {
        guard content != last else { return }
        let digits = String(content.seq)
        let padding = String(repeating: "0", count: max(0, 19 - digits.count))
        let line = Array("\(content.history) \(padding)\(digits)\n".utf8)
        guard pwrite(descriptor, line, line.count, 0) == line.count else { throw Self.failure(path) }
        // What an unreadable file had more.
        if last == nil { ftruncate(descriptor, off_t(line.count)) }
        last = content
    }
}
