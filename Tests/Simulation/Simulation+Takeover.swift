import Foundation
import RotationStore
import Scheduling
import ValueGenerators

/// Daemons that live beside each other, and files that were replaced by older copies.
extension Simulation {
    /// A second daemon begins though the first one lives: its lock was lost by name.
    func startRival() throws {
        endRival()
        surroundings.counts.add(.secondDaemon)
        rival = daemon
        daemon = try SimulatedDaemon(daemon.site)
        perform { [daemon] in try await daemon.takeInClock() }
    }

    func endRival() {
        rival?.end(steps)
        rival = nil
    }

    /// Between two lives: keeps a copy of the files, or puts an older copy in their place for a while.
    func meetRestore() throws {
        if !hasCopies || dice.once(in: 6) {
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
        try copyFiles(to: "newest")
        try putBack("older", withCandidates: isPair)
        if options.breakage == .ignoresMark { try? FileManager.default.removeItem(atPath: path + ".mark") }
        judge.historyIs(behind: true)
        daemon = try SimulatedDaemon(daemon.site)
        for _ in 0..<40 where judge.violation == nil {
            _ = steps.drain()
            passTime()
        }
        daemon.end(steps)
        judge.historyIs(behind: false)
        try putBack("newest", withCandidates: isPair)
    }

    /// Whether the copy's history has fewer entries than the present one.
    private func isOlder() throws -> Bool {
        try newestEntry(of: folder("older") + "/rotator.db") < newestEntry(of: path)
    }

    private func newestEntry(of path: String) throws -> Int {
        let history = try History(path: path, generators: BuiltInGenerators())
        defer { history.close() }
        var count = 0
        try history.auditLines { _ in count += 1 }
        return count
    }

    private func folder(_ name: String) -> String {
        URL(filePath: path).deletingLastPathComponent().appending(path: name).path
    }

    private static let history = ["rotator.db", "rotator.db-wal", "rotator.db-shm"]
    private static let candidates = ["rotator.db.candidates", "rotator.db.candidates-wal", "rotator.db.candidates-shm"]

    private func copyFiles(to name: String) throws {
        try? FileManager.default.removeItem(atPath: folder(name))
        try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
        try move(Self.history + Self.candidates, from: folder("."), to: folder(name))
    }

    private func putBack(_ name: String, withCandidates: Bool) throws {
        try move(Self.history + (withCandidates ? Self.candidates : []), from: folder(name), to: folder("."))
    }

    /// Copies files, as files of their own; what is not there is removed there.
    private func move(_ names: [String], from source: String, to target: String) throws {
        for name in names {
            try? FileManager.default.removeItem(atPath: "\(target)/\(name)")
            // An index of shared memory belongs to the process that made it.
            guard !name.hasSuffix("-shm"), FileManager.default.fileExists(atPath: "\(source)/\(name)") else { continue }
            try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(target)/\(name)")
        }
    }
}
