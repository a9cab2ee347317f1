import Foundation
import RotationCore
import RotationStore
import SQLite
import Scheduling
import TestSupport
import Testing

/// The staging key itself can be changed, lost and found again.
struct StagingKeyRotationTests {
    /// A rotation whose candidate is staged, after an attempt that may have arrived.
    private static func delivering(_ fixture: StoreFixture) async throws -> Rotation {
        var rotation = try await fixture.opened()
        rotation.fingerprint = try await fixture.store.stage(StoreFixture.value("MARKER-1"), for: rotation)
        var tally = RotationState.Tally()
        (tally.attempts, tally.isAmbiguous) = (1, true)
        rotation.state = RotationState(phase: .delivering(attempt: .ended), tally: tally, wakeAt: nil)
        try await fixture.store.put(rotation)
        return rotation
    }

    @Test func olderKeyUnsealsAndTheNewOneSeals() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await Self.delivering(fixture)
            let new = try EngineWorld.makeKey()
            let both = try fixture.reopened(key: new.with(older: [fixture.key]))
            let made = try await both.candidate(of: rotation)
            #expect(StoreFixture.isSame(made, try StoreFixture.value("MARKER-1")))
            await both.close()
            let alone = try fixture.reopened(key: new)
            #expect(try await alone.candidate(of: rotation) == nil)
            await alone.close()
        }
    }

    /// Parked as its candidate could not be unsealed: once the right key is back it goes on with the same value.
    @Test func parkedRotationGoesOnOnceItsKeyIsBack() async throws {
        try await StoreFixture.with { fixture async throws in
            var rotation = try await Self.delivering(fixture)
            let plan = RotationPlan(retry: .standard, confirm: true)
            try rotation.state.handle(.candidateLost, plan: plan, now: fixture.clock.now, fraction: 0)
            #expect(rotation.state.phase == .parked(.candidateLost))
            try await fixture.store.put(rotation)
            let wrong = try fixture.reopened(key: EngineWorld.makeKey())
            try await wrong.resumeParked { _ in plan }
            #expect(try await wrong.rotation(rotation.id)?.state.phase == .parked(.candidateLost))
            await wrong.close()
            let right = try fixture.reopened()
            try await right.resumeParked { _ in plan }
            #expect(try await right.rotation(rotation.id)?.state.phase == .delivering(attempt: .ended))
            var last = ""
            try fixture.history().auditLines { last = $0 }
            #expect(last.contains(#""event":"rotation.unparked""#) && last.contains(#""trigger":"resume""#), "\(last)")
            #expect(StoreFixture.isSame(try await right.candidate(of: rotation), try StoreFixture.value("MARKER-1")))
            await right.close()
        }
    }

    /// Somebody's read transaction keeps deleted bytes in the WAL: the erasure says so, and is done again.
    @Test func erasureThatAReaderBlocksIsToldAndDoneAgain() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await Self.delivering(fixture)
            let path = fixture.folder.file("rotator.db.candidates")
            let reader = try Connection(path: path, mode: .readOnly)
            try reader.execute("BEGIN")
            let sealed: [UInt8]? = try reader.first("SELECT sealed FROM candidates") {
                row throws(SQLiteError) in try row.get(0)
            }
            #expect(try await fixture.store.eraseCandidate(of: rotation.id) == false)
            try reader.execute("COMMIT")
            reader.close()
            // One retry for the file after a while, however many rotations wait for it.
            #expect(try await fixture.store.eraseCandidate(of: rotation.id) == false)
            fixture.clock.advance(by: .seconds(1))
            #expect(try await fixture.store.eraseCandidate(of: rotation.id))
            let bytes = try #require(sealed)
            #expect(try fixture.folder.contents().filter { $0.value.range(of: Data(bytes)) != nil }.isEmpty)
        }
    }
}
