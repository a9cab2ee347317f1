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
    private let file: ReplacedFile
    private let told: Mutex<[String: [Condition]]>

    /// - Parameter database: The history.
    init(database: String) {
        file = ReplacedFile(path: database + ".notifications", mode: 0o600)
        let data = FileManager.default.contents(atPath: file.path)
        told = Mutex(data.flatMap { try? JSONDecoder().decode([String: [Condition]].self, from: $0) } ?? [:])
    }

    /// What a receiver knows.
    subscript(receiver: String) -> [Condition] { told.withLock { $0[receiver] ?? [] } }

    /// Records what a receiver knows.
    func record(_ conditions: some Collection<Condition>, of receiver: String) throws(FileFailure) {
        let sorted = conditions.sorted { $0.key < $1.key }
        // Under the lock: receivers share the file.
        let result = told.withLock { told -> Result<Void, FileFailure> in
            told[receiver] = sorted
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(told) else { return .failure(.init(path: file.path, code: EINVAL)) }
            return Result { () throws(FileFailure) in try file.write(data) }
        }
        try result.get()
    }
}
