import Foundation
import RotationCore
import RotationStore
import SQLite
import Scheduling
import SecretMemory
import ValueGenerators

/// What a run finds at its beginning: a history with schedules, and a key.
extension Simulation {
    /// A staging key: fingerprints, which the history keeps, depend on it.
    static func makeKey(_ dice: Dice) throws -> StagingKey {
        let bytes = (0..<32).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        let text = Array("secret-rotator-staging-key-1:\(Data(bytes).base64EncodedString())\n".utf8)
        return try text.withUnsafeBytes { try StagingKey(LockedBytes(copying: $0)) }
    }

    /// Makes the history, and gives it what SQLite takes from its own random source and clock.
    static func makeHistory(_ path: String, _ host: SimulatedHost, _ dice: Dice, now: Instant) throws {
        try Ledger(path: path, origin: host.origin, mayMigrate: true, generators: BuiltInGenerators()).close()
        let connection = try Connection(path: path, mode: .readWrite)
        defer { connection.close() }
        try connection.run("UPDATE fence SET history = ?1", "history-\(dice.next())")
        try connection.run("UPDATE migrations SET applied_at = ?1", now.rawValue)
        // It has the name that the history had before.
        try FileManager.default.removeItem(atPath: path + ".mark")
    }

    /// Adds the schedules of each hub's secrets.
    static func addSchedules(
        _ options: Options,
        _ path: String,
        _ host: SimulatedHost,
        _ hubs: [String: SimulatedHub],
        _ dice: Dice,
        _ judge: Judge,
        now: Instant
    ) throws {
        let ledger = try Ledger(
            path: path,
            origin: host.origin,
            mayMigrate: true,
            generators: BuiltInGenerators()
        )
        defer { ledger.close() }
        var schedules: [Schedule] = []
        for name in hubs.keys.sorted() {
            for number in 0..<options.secretsPerHub {
                guard let alias = SecretAlias("s\(number)") else { continue }
                let definition = try SimulatedPlan.definition(number, dice)
                let secret = SecretName(hub: name, alias: alias)
                schedules.append(Schedule(adding: definition, for: secret, now: now))
                judge.follow(definition, of: secret)
                hubs[name]?.add(alias.text)
            }
            guard let alias = SecretAlias("s3") else { continue }
            let secret = SecretName(hub: name, alias: alias)
            let definition = try SimulatedFiles.definition("\(secret)")
            schedules.append(Schedule(adding: definition, for: secret, now: now, rotatesAtOnce: true))
            hubs[name]?.add(alias.text)
        }
        try ledger.add(schedules, actor: .daemon, now: now)
    }
}
