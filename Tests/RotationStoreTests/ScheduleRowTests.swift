import RotationCore
import SQLite
import Scheduling
import TestSupport
import Testing
import ValueGenerators

@testable import RotationStore

/// A schedule's row: what it can hold, and that the schedule is read back from it as it was.
struct ScheduleRowTests {
    private static let start = Instant(milliseconds: 1_800_000_000_000)

    /// Sets a row's columns as a table of cases needs them.
    private static func columns(_ step: String, slot: Int?, due: Int?, failures: Int) -> String {
        let text = { (number: Int?) in number.map(String.init) ?? "NULL" }
        return "next_step = '\(step)', slot = \(text(slot)), next_due = \(text(due)), failures = \(failures)"
    }

    /// All combinations of a word and of columns with and without a value; which of them say something.
    private static var steps: [(columns: String, step: NextStep?)] {
        var rows: [(String, NextStep?)] = []
        let instants: [(slot: Int?, due: Int?)] = [(nil, nil), (5, nil), (nil, 7), (5, 7)]
        for word in ["never", "slot", "requested", "retry", "later"] {
            for (slot, due) in instants {
                for failures in [0, 2] {
                    let columns = columns(word, slot: slot, due: due, failures: failures)
                    rows.append((columns, step(word, slot: slot, due: due, failures: failures)))
                }
            }
        }
        return rows
    }

    private static func step(_ word: String, slot: Int?, due: Int?, failures: Int) -> NextStep? {
        let instant = { (number: Int) in Instant(milliseconds: Int64(number)) }
        switch (word, slot, due) {
        case ("never", nil, nil): return .never
        case ("slot", let slot?, let due?): return .slot(instant(slot), due: instant(due))
        case ("requested", nil, let due?): return .requestedOnAdding(due: instant(due))
        case ("retry", let slot, let due?) where failures > 0: return .retry(of: slot.map(instant), due: instant(due))
        default: return nil
        }
    }

    /// The table refuses a combination that is no step, and a row that has one all the same fails alone.
    @Test func columnsThatAreNoStepAreRefused() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            for (columns, step) in Self.steps {
                let update = "UPDATE schedules SET \(columns)"
                guard let step else {
                    let error = #expect(throws: SQLiteError.self, "\(columns)") { try fixture.execute(update) }
                    #expect(error?.code == .constraint, "\(columns)")
                    try fixture.execute("PRAGMA ignore_check_constraints = ON; \(update)")
                    #expect(throws: UndecodableRow.self, "\(columns)") {
                        try ledger.history.schedule(of: fixture.name())
                    }
                    continue
                }
                try fixture.execute(update)
                #expect(try ledger.history.schedule(of: fixture.name())?.nextStep == step, "\(columns)")
            }
            #expect(Self.steps.count { $0.step != nil } == 8)
        }
    }

    /// The same for what was taken over from a source; only a schedule without a cadence can have that.
    @Test func columnsThatAreNoAdoptionAreRefused() async throws {
        try await StoreFixture.with { fixture async throws in
            let source = try fixture.addWatched("f")
            let ledger = try fixture.ledger()
            let rows: [(columns: String, adoption: Adoption?)] = [
                ("adoption = 'not_yet', adopted_fingerprint = NULL", .notYet),
                ("adoption = 'deliver', adopted_fingerprint = NULL", .deliverWhatever),
                ("adoption = 'adopted', adopted_fingerprint = x'0102'", .adopted([1, 2])),
                ("adoption = 'not_yet', adopted_fingerprint = x'0102'", nil),
                ("adoption = 'deliver', adopted_fingerprint = x''", nil),
                ("adoption = 'adopted', adopted_fingerprint = NULL", nil),
                ("adoption = 'adopted', adopted_fingerprint = x''", nil),
                ("adoption = 'other', adopted_fingerprint = NULL", nil),
            ]
            for (columns, adoption) in rows {
                let update = "UPDATE schedules SET \(columns) WHERE alias = 'f'"
                guard let adoption else {
                    #expect(throws: SQLiteError.self, "\(columns)") { try fixture.execute(update) }
                    try fixture.execute("PRAGMA ignore_check_constraints = ON; \(update)")
                    #expect(throws: UndecodableRow.self, "\(columns)") { try ledger.history.schedule(of: source) }
                    continue
                }
                try fixture.execute(update)
                #expect(try ledger.history.schedule(of: source)?.adoption == adoption, "\(columns)")
                guard adoption != .notYet else { continue }
                let other = "UPDATE schedules SET \(columns) WHERE alias = 'a'"
                #expect(throws: SQLiteError.self, "\(columns)") { try fixture.execute(other) }
            }
        }
    }

    /// A schedule that waits for a change is no due work, and sets no alarm.
    @Test func neverIsNotDue() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.execute("DELETE FROM schedules")
            let secret = try fixture.addWatched("f")
            #expect(try fixture.ledger().history.schedule(of: secret)?.nextStep == .never)
            #expect(try fixture.store.earliestDue(hub: "h", now: fixture.clock.now) == nil)
            fixture.clock.advance(by: .seconds(1_000_000_000))
            #expect(try fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 9).isEmpty)
            #expect(try await fixture.claim(.schedule, alias: "f") == nil)
            // Nor once a pause has ended by itself.
            let pause = Schedule.Pause(since: fixture.clock.now, until: fixture.clock.now.advanced(by: .seconds(60)))
            _ = try fixture.ledger().pause([secret], pause, actor: .daemon)
            #expect(try fixture.store.earliestDue(hub: "h", now: fixture.clock.now) == nil)
        }
    }

    /// Whatever happens to a schedule, its row can be written, and is read back as the same.
    @Test(arguments: [0x5EED_0B01, 0x5EED_0B02] as [UInt64])
    func rowIsReadBackWhateverHasHappened(seed: UInt64) async throws {
        try await StoreFixture.with { fixture async throws in
            let connection = try Connection(path: fixture.folder.file("rotator.db"), mode: .readWrite)
            defer { connection.close() }
            for life in 0..<10 {
                var walk = try ScheduleWalk(seed: seed &+ UInt64(life) &* 1_000_003)
                let secret = walk.schedule.secret
                #expect(try ScheduleTable.insert(walk.schedule, in: connection))
                for number in 0..<60 {
                    try walk.step()
                    let note =
                        "seed \(seed), life \(life), step \(number): \(walk.operation), \(walk.schedule.nextStep)"
                    do { try Self.write(walk, connection) } catch {
                        throw NeverHappened(description: "\(note): \(error)")
                    }
                    let read = try ScheduleTable.find(secret, by: BuiltInGenerators(), in: connection)
                    try #require(read == walk.schedule, "\(note)")
                }
                try ScheduleTable.delete(secret, in: connection)
            }
        }
    }

    /// Writes what the ledger writes after such an operation.
    private static func write(_ walk: ScheduleWalk, _ connection: Connection) throws {
        switch walk.operation {
        case "edited": try ScheduleTable.updateDefinition(walk.schedule, in: connection)
        case "paused", "resumed": try ScheduleTable.updatePause(walk.schedule, in: connection)
        default: try ScheduleTable.updateProgress(walk.schedule, in: connection)
        }
    }
}
