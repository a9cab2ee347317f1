import Foundation
import RotationCore
import RotationStore
import SQLite
import SecretMemory
import TestSupport
import Testing
import ValueGenerators

struct CandidateTests {
    private static let marker = "candidate-marker-0123456789"

    /// Brings a rotation to `staged`, as the engine does.
    private func stage(_ fixture: StoreFixture) async throws -> (Rotation, GeneratedValue) {
        var rotation = try await fixture.opened()
        let made = try StoreFixture.value(Self.marker)
        rotation.fingerprint = try await fixture.store.stage(made, for: rotation)
        rotation.state = RotationState(phase: .staged, tally: .init(), wakeAt: nil)
        try await fixture.store.put(rotation)
        return (rotation, made)
    }

    @Test func candidateIsReadBackAlsoAfterARestart() async throws {
        try await StoreFixture.with { fixture async throws in
            let (rotation, made) = try await stage(fixture)
            #expect(StoreFixture.isSame(try await fixture.store.candidate(of: rotation), made))
            let reopened = try fixture.reopened()
            let isSame = StoreFixture.isSame(try await reopened.candidate(of: rotation), made)
            #expect(isSame)
            await reopened.close()
        }
    }

    @Test func generatorStateIsKeptWithTheCandidate() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            var made = try StoreFixture.value(Self.marker)
            made.state = try LockedBytes(count: 3) { $0.copyBytes(from: [1, 2, 3]) }
            _ = try await fixture.store.stage(made, for: rotation)
            let state = try await fixture.store.candidate(of: rotation)?.state?.withBytes { Array($0) }
            #expect(state == [1, 2, 3])
        }
    }

    @Test func noFileHoldsTheValueAndAfterErasingNotEvenSealed() async throws {
        try await StoreFixture.with { fixture async throws in
            let (rotation, _) = try await stage(fixture)
            let leaks = try fixture.folder.contents().filter { $0.value.range(of: Data(Self.marker.utf8)) != nil }
            #expect(leaks.isEmpty)
            let sealed = try fixture.sealed(rotation.id)
            #expect(try await fixture.store.eraseCandidate(of: rotation.id))
            let left = try fixture.folder.contents().filter { $0.value.range(of: Data(sealed)) != nil }
            #expect(left.isEmpty)
            #expect(try await fixture.store.candidate(of: rotation) == nil)
        }
    }

    @Test func anotherKeyUnsealsNothing() async throws {
        try await StoreFixture.with { fixture async throws in
            let (rotation, _) = try await stage(fixture)
            let other = try fixture.reopened(key: EngineWorld.makeKey())
            #expect(try await other.candidate(of: rotation) == nil)
            await other.close()
        }
    }

    @Test(arguments: ["alias", "rotation", "policy"])
    func candidateIsBoundToItsRotation(_ changed: String) async throws {
        try await StoreFixture.with { fixture async throws in
            let (rotation, _) = try await stage(fixture)
            let id = RotationID(milliseconds: 1, random: fixture.random)
            let other = Rotation(
                id: changed == "rotation" ? id : rotation.id,
                secret: changed == "alias" ? try fixture.name("b") : rotation.secret,
                trigger: rotation.trigger,
                slot: nil,
                openedAt: rotation.openedAt,
                generator: changed == "policy" ? .uuid(.v4) : rotation.generator,
                description: nil,
                access: nil,
                finishAfter: .zero
            )
            try fixture.execute(
                "UPDATE candidates SET rotation = '\(other.id.rawValue)'",
                database: "rotator.db.candidates"
            )
            #expect(try await fixture.store.candidate(of: other) == nil)
        }
    }

    @Test func valueInForceIsNotStagedAgain() async throws {
        try await StoreFixture.with { fixture async throws in
            let (rotation, made) = try await stage(fixture)
            try await fixture.end(rotation)
            fixture.clock.advance(by: .seconds(3600))
            let next = try await fixture.opened()
            #expect(try await fixture.store.stage(made, for: next) == nil)
            #expect(try await fixture.store.candidate(of: next) == nil)
            #expect(try await fixture.store.stage(StoreFixture.value("another"), for: next) != nil)
        }
    }

    @Test func startKeepsTheCandidatesOfOpenRotations() async throws {
        try await StoreFixture.with { fixture async throws in
            let rotation = try await fixture.opened()
            _ = try await fixture.store.stage(StoreFixture.value(Self.marker), for: rotation)
            // The crash came before `staged` was recorded.
            let afterCrash = try fixture.reopened()
            #expect(try await afterCrash.hasCandidate(rotation.id))
            // The same value is staged, another one is not.
            #expect(try await afterCrash.stage(StoreFixture.value(Self.marker), for: rotation) != nil)
            await #expect(throws: StaleRotation.self) {
                try await afterCrash.stage(StoreFixture.value("another"), for: rotation)
            }
            var staged = rotation
            staged.state = RotationState(phase: .staged, tally: .init(), wakeAt: nil)
            try await afterCrash.put(staged)
            await afterCrash.close()
            let again = try fixture.reopened()
            let kept = try await again.candidate(of: rotation)?.value
            #expect(kept?.withUTF8 { Array($0) } == Array(Self.marker.utf8))
            await again.close()
        }
    }
}

extension StoreFixture {
    /// A candidate's sealed bytes as they stand in the file.
    fileprivate func sealed(_ id: RotationID) throws -> [UInt8] {
        let connection = try Connection(path: folder.file("rotator.db.candidates"), mode: .readOnly)
        defer { connection.close() }
        let sealed: [UInt8]? = try connection.first("SELECT sealed FROM candidates WHERE rotation = ?1", id.rawValue) {
            row throws(SQLiteError) in try row.get(0)
        }
        return sealed ?? []
    }
}
