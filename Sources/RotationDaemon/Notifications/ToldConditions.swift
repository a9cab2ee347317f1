import Foundation
import Glibc
import Notifications
import RotationCore
import Synchronization

/// The conditions that each receiver knows as open, in a file beside the database: after a restart none is told again, and one that
/// ended meanwhile is told as resolved.
///
/// It is written after a message was delivered: what was delivered just before a crash is told once more.
final class ToldConditions: Sendable {
    private let path: String
    private let told: Mutex<[String: [Condition]]>

    /// - Parameter database: The history.
    init(database: String) {
        path = database + ".notifications"
        let data = FileManager.default.contents(atPath: path)
        told = Mutex(data.flatMap { try? JSONDecoder().decode([String: [Condition]].self, from: $0) } ?? [:])
    }

    /// What a receiver knows.
    subscript(receiver: String) -> [Condition] { told.withLock { $0[receiver] ?? [] } }

    /// Records what a receiver knows, in a new file that takes the old one's place.
    func record(_ conditions: some Collection<Condition>, of receiver: String) throws(CheckpointFile.Failure) {
        let sorted = conditions.sorted { $0.key < $1.key }
        let path = path
        // Under the lock: receivers share the file.
        let code = told.withLock { told -> Int32 in
            told[receiver] = sorted
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(told) else { return EINVAL }
            return Self.write(Array(data), to: path)
        }
        guard code == 0 else { throw CheckpointFile.Failure(path: path, code: code) }
    }

    /// - Returns: 0, or the error's number.
    private static func write(_ bytes: [UInt8], to path: String) -> Int32 {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return errno }
        let count = Glibc.write(descriptor, bytes, bytes.count)
        let code = count == bytes.count ? 0 : count < 0 ? errno : ENOSPC
        close(descriptor)
        guard code == 0 else { return code }
        return rename(draft, path) == 0 ? 0 : errno
    }
}
