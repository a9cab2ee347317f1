import Foundation
import SQLite
import Scheduling

/// Daemons that live beside each other, and files that were replaced by older copies.
extension Simulation {
    /// A second daemon begins though the first one lives: its lock was lost by name.
    func startRival() throws {
        endRival()
        surroundings.counts.add(.secondDaemon)
        rival = daemon
        daemon = try SimulatedDaemon(daemon.site)
        perform { [daemon] in try await daemon.adjustForClockAtStart() }
    }

    func endRival() {
        rival?.end(steps)
        rival = nil
    }

    /// Between two lives: keeps a copy of the files, or puts an older copy in their place for a while.
    func meetRestore() throws {
        if !hasCopies || dice.once(in: 10) {
            try copyFiles(to: "older")
            hasCopies = true
        } else if dice.once(in: 8) {
            try liveWithOlderFiles()
        }
    }

    /// A daemon that finds older files rotates nothing, until the newest ones are put back.
    private func liveWithOlderFiles() throws {
        let isPair = dice.once(in: 2)
        surroundings.counts.add(isPair ? .restored : .restoredHistory)
        guard try isOlder() else { return }
        let names = Self.history + (isPair ? Self.candidates : [])
        try makeFolder("newest")
        try move(names, from: folder("."), to: folder("newest"))
        try move(names, from: folder("older"), to: folder("."))
        if options.breakage == .ignoresMark { try? FileManager.default.removeItem(atPath: path + ".mark") }
        judge.historyIs(behind: true)
        daemon = try SimulatedDaemon(daemon.site)
        for _ in 0..<40 where judge.violation == nil {
            _ = steps.drain()
            passTime()
        }
        daemon.end(steps)
        judge.historyIs(behind: false)
        try move(names, from: folder("newest"), to: folder("."))
    }

    /// Whether the copy's history lacks entries that may have had an effect: those up to the mark.
    ///
    /// A death between a commit and its mark leaves a batch that had no effect yet: a copy that lacks only this is as good as the
    /// present history.
    private func isOlder() throws -> Bool {
        let words = try String(contentsOfFile: path + ".mark", encoding: .utf8).split(whereSeparator: \.isWhitespace)
        let mark = words.last.flatMap { Int($0) } ?? 0
        return try newestEntry(of: folder("older") + "/rotator.db") < mark
    }

    private func newestEntry(of path: String) throws -> Int {
        let connection = try Connection(path: path, mode: .readOnly)
        defer { connection.close() }
        let newest: Int? = try connection.first("SELECT coalesce(max(seq), 0) FROM audit_log") {
            row throws(SQLiteError) in try row.get(0)
        }
        return newest ?? 0
    }

    private func folder(_ name: String) -> String {
        URL(filePath: path).deletingLastPathComponent().appending(path: name).path
    }

    private static let history = ["rotator.db", "rotator.db-wal", "rotator.db-shm"]
    private static let candidates = ["rotator.db.candidates", "rotator.db.candidates-wal", "rotator.db.candidates-shm"]

    private func copyFiles(to name: String) throws {
        try makeFolder(name)
        try move(Self.history + Self.candidates, from: folder("."), to: folder(name))
    }

    private func makeFolder(_ name: String) throws {
        try? FileManager.default.removeItem(atPath: folder(name))
        try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
    }

    /// Copies files, as files of their own: SQLite would take one that was moved for the one that an earlier life has open.
    ///
    /// What is not there is removed there.
    private func move(_ names: [String], from source: String, to target: String) throws {
        for name in names {
            try? FileManager.default.removeItem(atPath: "\(target)/\(name)")
            // An index of shared memory belongs to the process that made it.
            guard !name.hasSuffix("-shm"), FileManager.default.fileExists(atPath: "\(source)/\(name)") else { continue }
            try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(target)/\(name)")
        }
    }
}
