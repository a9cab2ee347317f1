import Glibc
import RotationCore
import RotationEngine
import SQLite
import Scheduling
import TestSupport
import Testing

@testable import RotationStore

/// Whatever is committed, in whatever order, and wherever the copier dies: after a turn the copy equals the original.
struct HistoryCopyPropertyTests {
    /// One run: a store, a copier that may be replaced, and what it does next by chance.
    private final class Run {
        let fixture: StoreFixture
        var numbers: SplitMix64
        var copier: HistoryCopier
        var open: [SecretName: Rotation] = [:]
        var readers: [Connection] = []
        var done: [String] = []
        let aliases = ["a", "b", "c", "d"]

        init(_ fixture: StoreFixture, seed: UInt64) {
            (self.fixture, numbers) = (fixture, SplitMix64(seed: seed))
            copier = Self.copier(fixture)
        }

        static func copier(_ fixture: StoreFixture) -> HistoryCopier {
            let database = fixture.folder.file("rotator.db")
            return HistoryCopier(of: database, stream: fixture.store.stream, clock: fixture.clock)
        }

        func secret() throws -> SecretName { try fixture.name(aliases.randomElement(using: &numbers) ?? "a") }

        /// Does something to the history; what the store refuses is of no interest here.
        func act() async throws {
            fixture.clock.advance(by: .milliseconds(Int.random(in: 1...400_000, using: &numbers)))
            let (secret, now, store) = (try secret(), fixture.clock.now, fixture.store)
            let action = Int.random(in: 0..<14, using: &numbers)
            done.append("\(action) \(secret.alias.text)")
            switch action {
            case 0: try? await store.withLedger { try $0.add([Self.schedule(secret, now)], actor: .daemon, now: now) }
            case 1:
                _ = try? await store.withLedger { try $0.remove([secret], actor: .daemon, now: now) }
            case 2...4:
                open[secret] = try await fixture.claim(.rotateNow, alias: secret.alias.text) ?? open[secret]
            case 5, 6:
                guard let rotation = open.removeValue(forKey: secret) else { return }
                try? await fixture.end(rotation)
            case 7:
                guard let rotation = open[secret] else { return }
                try? await makeAmbiguous(rotation)
            case 8:
                let request = RotationRequest(
                    id: RotationID(milliseconds: now.rawValue, random: fixture.random),
                    secret: secret,
                    requestedAt: now,
                    trigger: .rotateNow,
                    fresh: Bool.random(using: &numbers)
                )
                _ = try? await store.withLedger { try $0.request([request], actor: .daemon) }
            case 9:
                let pause = Schedule.Pause(since: now)
                _ = try? await store.withLedger { try $0.pause([secret], pause, actor: .daemon) }
            case 10: _ = try? await store.withLedger { try $0.resume([secret], actor: .daemon, now: now) }
            case 11: try await store.setListsRefused("h", at: Bool.random(using: &numbers) ? now : nil)
            case 12:
                try await store.adjustForClockStep(.seconds(-60), now: now, farthest: .seconds(600), longestHolds: [:])
            default: try await gap(secret, now)
            }
        }

        /// An attempt whose outcome is not known: a hold, and a try later.
        private func makeAmbiguous(_ rotation: Rotation) async throws {
            open[rotation.secret] = try await fixture.advance(
                rotation,
                [
                    .generated, .staged, .listed(updatedAt: 1), .attemptStarted,
                    .attemptEnded(.failed(HubError(.unavailable))),
                ]
            )
        }

        /// Something that the stream does not tell: the copier must read again.
        private func gap(_ secret: SecretName, _ now: Instant) async throws {
            let ledger = try fixture.ledger()
            try? ledger.add([Self.schedule(secret, now)], actor: .daemon, now: now)
            _ = try? ledger.pause([secret], Schedule.Pause(since: now), actor: .daemon)
            ledger.close()
            try await fixture.store.append(AuditEntry(Audit.DaemonStopped(), time: now.rfc3339, actor: .daemon))
        }

        private static func schedule(_ secret: SecretName, _ now: Instant) throws -> Schedule {
            try EngineWorld.schedule(secret.alias.text, now: now)
        }

        /// Kills the copier, and leaves what it had in the works.
        func crash() async throws {
            done.append("crash")
            let copy = HistoryCopy(of: fixture.folder.file("rotator.db"))
            let draft = copy.folder + "/.rotator-history.next"
            copier = Self.copier(fixture)
            switch Int.random(in: 0..<3, using: &numbers) {
            // Between two steps of the publishing.
            case 0: link(copy.path, copy.folder + "/.rotator-history.last")
            // In the middle of a write.
            case 1:
                if access(copy.folder, F_OK) == 0 {
                    try fixture.folder.write("torn", to: "history/.rotator-history.next")
                }
            // Before the draft was whole.
            default: truncate(draft, 5000)
            }
        }

        func read() throws {
            let path = HistoryCopy(of: fixture.folder.file("rotator.db")).path
            guard access(path, F_OK) == 0 else { return }
            done.append("reader")
            let reader = try Connection(path: path, mode: .readOnly)
            try reader.execute("BEGIN")
            _ = try reader.first("SELECT head FROM history_copy") { row throws(SQLiteError) in
                try row.get(0, as: Int.self)
            }
            readers.append(reader)
        }

        func closeReaders() {
            for reader in readers { reader.close() }
            readers = []
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: 1...12)
    func copyEqualsTheOriginal(seed: UInt64) async throws {
        try await StoreFixture.with { fixture async throws in
            let run = Run(fixture, seed: seed)
            defer { run.closeReaders() }
            for _ in 0..<25 {
                for _ in 0..<Int.random(in: 1...5, using: &run.numbers) { try await run.act() }
                switch Int.random(in: 0..<8, using: &run.numbers) {
                case 0: try await run.crash()
                case 1: try run.read()
                case 2: run.closeReaders()
                default: break
                }
                await run.copier.collect()
                await run.copier.bringUpToDate()
                let wrong = try CopyComparison.differences(fixture.folder.file("rotator.db"))
                try #require(run.copier.trouble == nil, "seed \(seed): \(run.done)")
                try #require(wrong == [], "seed \(seed): \(run.done)")
            }
        }
    }
}
