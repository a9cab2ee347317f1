import RotationCore
import RotationStore
import SQLite
import Synchronization

/// The group commits of one life: borders by chance, deaths between and inside batches, and commits that fail or lie.
final class SimulatedCommits: CommitHooks {
    private struct Batch {
        var tickets: [Ticket] = []
        /// How many have been begun.
        var count = 0
        /// Which one fails alone, counted from 1; where the batch is repeated it fails again.
        var refused: Int?
        /// The newest entry after what was written last, and before what is being written.
        var newest: Int64 = 0
        var newestBefore: Int64 = 0
        /// The rotations that it has opened.
        var claimed: [RotationID] = []
    }

    /// A failure of the database that a fault stands for.
    private static func failure(_ code: ResultCode, _ fault: Fault) -> SQLiteError {
        SQLiteError(code: code, message: fault.rawValue, operation: "simulation")
    }

    private let path: String
    private let process: Process
    private let world: SimulatedHub.Surroundings
    private let breakage: Breakage?
    private let batch = Mutex(Batch())

    init(path: String, _ process: Process, _ world: SimulatedHub.Surroundings, breakage: Breakage?) {
        (self.path, self.process, self.world, self.breakage) = (path, process, world, breakage)
    }

    // MARK: Borders

    func tag() -> (any Sendable)? { Ticket.current }

    /// A commit takes its time, in which others come.
    func gather() async {
        if world.dice.once(in: 3) { await world.time.sleep(world.dice.duration(1...300)) }
        for _ in 0..<world.dice.roll(5) { await Task.yield() }
    }

    func size(waiting: Int) -> Int {
        world.dice.once(in: 3) ? 1 + world.dice.roll(waiting) : waiting
    }

    // MARK: Steps

    func reached(_ step: CommitStep, in connection: Connection) throws {
        switch step {
        case .begun(let tags):
            let tickets = tags.compactMap { $0 as? Ticket }
            batch.withLock { $0 = Batch(tickets: tickets) }
            if tags.count > 1 { world.counts.add(.sharedCommit) }
        case .writing: try begin(in: connection)
        case .written(let tag, let result): try end(tag as? Ticket, result, in: connection)
        case .refused(let tag, let error): refuse(tag as? Ticket, error)
        case .repeated:
            batch.withLock { $0 = Batch(tickets: $0.tickets, refused: $0.refused) }
            world.counts.add(.repeatedBatch)
        case .committing: try commit(in: connection)
        case .committed: try settle(in: connection)
        case .failed(let error):
            for ticket in leave() { ticket.failBatch(error) }
        }
    }

    private func begin(in connection: Connection) throws {
        let isFirst = batch.withLock { batch in
            batch.count += 1
            return batch.count == 1
        }
        if !isFirst { try meetDeath(.crashBetweenMates, 20) }
        try checkAlive()
        let newest = try newest(in: connection)
        let (hasLost, claimed) = batch.withLock { batch in
            let hasLost = !isFirst && newest < batch.newest
            (batch.newest, batch.newestBefore) = (newest, newest)
            return (hasLost, batch.claimed)
        }
        if hasLost { world.judge.accuse("a batch goes on after its transaction was rolled back") }
        guard breakage == .pairsInBatch else { return }
        // What a batch-mate has just taken is not seen: as if this had been decided before the batch.
        for rotation in claimed { try connection.run("DELETE FROM groups WHERE rotation = ?1", rotation.rawValue) }
    }

    private func end(_ ticket: Ticket?, _ result: any Sendable, in connection: Connection) throws {
        try meetDeath(.crashInMember, 120)
        let isRefused = batch.withLock { $0.refused == $0.count }
        if isRefused || meets(.memberRefused, 40) {
            batch.withLock { $0.refused = $0.count }
            throw Self.failure(.constraint, .memberRefused)
        }
        let newest = try newest(in: connection)
        batch.withLock { batch in
            batch.newest = newest
            if let rotation = result as? Rotation { batch.claimed.append(rotation.id) }
        }
        if meets(.rolledBack, 60) {
            try connection.execute("ROLLBACK")
            guard breakage == .goesOnAfterRollback else { throw Self.failure(.full, .rolledBack) }
            try connection.execute("BEGIN IMMEDIATE; SAVEPOINT member")
        }
        ticket?.write(result)
    }

    private func refuse(_ ticket: Ticket?, _ error: any Error) {
        ticket?.refuse(error)
        let mates = batch.withLock { batch in
            batch.newest = batch.newestBefore
            return batch.tickets.filter { $0 !== ticket }
        }
        for mate in mates { mate.noteRefusal(ofMate: error) }
    }

    private func commit(in connection: Connection) throws {
        try meetDeath(.crashBeforeCommit, 120)
        try checkAlive()
        if meets(.commitRefused, 40) { throw Self.failure(.ioError, .commitRefused) }
    }

    private func settle(in connection: Connection) throws {
        let newest = try newest(in: connection)
        let (tickets, expected) = batch.withLock { ($0.tickets, $0.newest) }
        if newest < expected { world.judge.accuse("what a batch has written is not there after its commit") }
        for ticket in tickets { ticket.becomeDurable() }
        try meetDeath(.crashAfterBatch, 120)
        try checkAlive()
        if meets(.commitPretended, 40) { throw Self.failure(.ioError, .commitPretended) }
        _ = leave()
    }

    /// Lets go of the batch: its tickets hold the storage, which holds this.
    private func leave() -> [Ticket] {
        batch.withLock { batch in
            defer { batch = Batch() }
            return batch.tickets
        }
    }

    /// The newest entry; 0 in the candidates' database, which has none.
    private func newest(in connection: Connection) throws -> Int64 {
        guard connection.path == path else { return 0 }
        let newest: Int64? = try connection.first("SELECT coalesce(max(seq), 0) FROM audit_log") {
            row throws(SQLiteError) in try row.get(0)
        }
        return newest ?? 0
    }

    // MARK: Faults

    private func meets(_ fault: Fault, _ rarity: Int) -> Bool {
        guard world.dice.once(in: world.odds() * rarity) else { return false }
        world.counts.add(fault)
        return true
    }

    private func meetDeath(_ fault: Fault, _ rarity: Int) throws {
        if !process.isDead && meets(fault, rarity) { process.die() }
        try checkAlive()
    }

    /// The dead write nothing: for the batch this is a disk that fails.
    private func checkAlive() throws {
        if process.isDead { throw Self.failure(.ioError, .crash) }
    }
}
