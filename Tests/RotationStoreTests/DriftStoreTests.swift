import RotationCore
import Scheduling
import TestSupport
import Testing

@testable import RotationStore

/// What is found about a hub is written once, shown until it has ended, and found again after that.
struct DriftStoreTests {
    /// What a hub lists, and when.
    private static func view(
        _ fixture: StoreFixture,
        _ ledger: Ledger,
        _ listed: [ListedSecret],
        changes: [SecretAlias: [HubAuditEntry]] = [:]
    ) throws -> DriftView {
        let named = listed.compactMap { secret in SecretAlias(secret.alias).map { ($0, secret) } }
        let now = fixture.clock.now
        return DriftView(
            hub: "h",
            listed: Dictionary(named) { first, _ in first },
            before: try ledger.driftRows(of: "h", after: "", limit: 100).rows,
            changes: changes,
            comparison: DriftComparison(owner: TokenOwner(), sentAt: now, now: now),
            timeout: .seconds(30),
            lateHold: .seconds(300),
            actor: .daemon
        )
    }

    /// Compares, and answers what was found: the kind, with a plus where it is new; nil where it was not judged.
    private static func look(
        _ fixture: StoreFixture,
        _ listed: ListedSecret...,
        about alias: String = "a",
        changes: [HubAuditEntry] = []
    ) throws -> [String]? {
        let ledger = try fixture.ledger()
        defer { ledger.close() }
        let name = try fixture.name(alias).alias
        let view = try view(fixture, ledger, listed, changes: [name: changes])
        let items = try ledger.recordDrift([name], view)
        #expect(items.count == 1)
        return items[0]?.map { ($0.isNew ? "+" : "") + $0.stored.finding.kind.rawValue }
    }

    private static func stored(_ fixture: StoreFixture) throws -> [String] {
        let ledger = try fixture.ledger()
        defer { ledger.close() }
        return try ledger.history.driftFindings().map { "\($0.secret.alias) \($0.finding.kind.rawValue)" }
    }

    private static func errors(_ fixture: StoreFixture) throws -> [String] {
        try fixture.details("drift.found").map { detail in
            guard case .object(let fields) = detail, case .string(let error) = fields["error"] else { return "?" }
            return error
        }
    }

    /// Rotates once; the hub shows the update as `updatedAt`.
    private static func deliver(_ fixture: StoreFixture, updatedAt: Int64) async throws {
        fixture.clock.advance(by: .seconds(3600))
        let rotation = try await fixture.opened()
        let succeeded = try await fixture.advance(
            rotation,
            [
                .generated, .staged, .listed(updatedAt: updatedAt - 1), .attemptStarted,
                .attemptEnded(.delivered(Receipt(status: 200))), .listed(updatedAt: updatedAt),
            ]
        )
        try await fixture.advance(succeeded, [.erased])
        fixture.clock.advance(by: .seconds(60))
    }

    @Test func changeIsFoundOnceAndEndsWithTheNextDelivery() async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.deliver(fixture, updatedAt: 100)
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 100)) == [])
            let changed = ListedSecret(alias: "a", updatedAt: 200, lastUpdatedBy: "other")
            #expect(try Self.look(fixture, changed) == ["+changed"])
            fixture.clock.advance(by: .seconds(86_400))
            #expect(try Self.look(fixture, changed) == ["changed"])
            #expect(try Self.stored(fixture) == ["a changed"])
            #expect(try Self.errors(fixture) == ["changed"])
            // Changed once more.
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 300)) == ["+changed"])
            #expect(try Self.errors(fixture).count == 2)

            try await Self.deliver(fixture, updatedAt: 400)
            #expect(try Self.stored(fixture) == [])
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 400)) == [])
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 500)) == ["+changed"])
        }
    }

    /// A preflight that sees another client's change, of a rotation that fails, does not make it ours.
    @Test func changeThatAFailedRotationHasSeenIsFound() async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.deliver(fixture, updatedAt: 100)
            fixture.clock.advance(by: .seconds(3600))
            let rotation = try await fixture.opened()
            let refused = HubError(.rejected, status: 400)
            try await fixture.advance(
                rotation,
                [
                    .generated, .staged, .listed(updatedAt: 200), .attemptStarted, .attemptEnded(.failed(refused)),
                    .erased,
                ]
            )
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 200)) == ["+changed"])
        }
    }

    @Test func secretThatIsRotatedIsNotJudged() async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.deliver(fixture, updatedAt: 100)
            fixture.clock.advance(by: .seconds(3600))
            _ = try await fixture.opened()
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 200)) == nil)
            #expect(try Self.look(fixture) == nil)
            #expect(try Self.errors(fixture) == [])
        }
    }

    /// The rotation ends between the list and the comparison.
    @Test func rotationDuringTheListIsNotJudged() async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.deliver(fixture, updatedAt: 100)
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            let view = try Self.view(fixture, ledger, [ListedSecret(alias: "a", updatedAt: 100)])
            try await Self.deliver(fixture, updatedAt: 200)
            #expect(try ledger.recordDrift([fixture.name().alias], view) == [nil])
        }
    }

    @Test func changeByHandIsNoDrift() async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.deliver(fixture, updatedAt: 100)
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            let change = HandChange(.update, try fixture.name(), actor: .daemon, now: fixture.clock.now)
            let until = try ledger.beginByHand(change, holdFor: .seconds(90), fields: [.value])
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 200)) == nil)
            let hold = HandHold(until: until, settling: .seconds(30))
            try ledger.endByHand(change, .success(Receipt(status: 200)), hold: hold, cap: .seconds(3600))
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 200)) == [])
        }
    }

    @Test func missingSecretIsFoundAgainOnceItWasThere() async throws {
        try await StoreFixture.with { fixture async throws in
            #expect(try Self.look(fixture) == ["+missing"])
            #expect(try Self.look(fixture) == ["missing"])
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 1)) == [])
            #expect(try Self.stored(fixture) == [])
            #expect(try Self.look(fixture) == ["+missing"])
            #expect(try Self.errors(fixture) == ["missing", "missing"])
        }
    }

    @Test func findingsFollowTheSchedule() async throws {
        try await StoreFixture.with { fixture async throws in
            #expect(try Self.look(fixture, ListedSecret(alias: "b"), about: "b") == ["+unmanaged"])
            try fixture.add("b") { _ in }
            #expect(try Self.stored(fixture) == [])
            #expect(try Self.look(fixture, about: "b") == ["+missing"])
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            _ = try ledger.remove([fixture.name("b")], actor: .daemon, now: fixture.clock.now)
            #expect(try Self.stored(fixture) == [])
            #expect(try Self.look(fixture, about: "b") == [])
        }
    }

    @Test func overdueEndsWithAnySuccess() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.add("b") { $0.maxAge = .seconds(60) }
            fixture.clock.advance(by: .seconds(61))
            #expect(try Self.look(fixture, ListedSecret(alias: "b"), about: "b") == ["+overdue"])
            let rotation = try #require(try await fixture.claim(alias: "b"))
            try await fixture.advance(
                rotation,
                [
                    .generated, .staged, .listFailed(HubError(.forbidden, status: 403)), .attemptStarted,
                    .attemptEnded(.delivered(Receipt(status: 200))), .erased,
                ]
            )
            #expect(try Self.stored(fixture) == [])
        }
    }

    /// The hub's own audit log has changes at which the history has an attempt, and one at which it has none.
    @Test func changeInTheHubsLogWithoutAnAttemptIsFoundOnce() async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.deliver(fixture, updatedAt: 100)
            let (now, name) = (fixture.clock.now, try fixture.name().alias)
            let listed = ListedSecret(alias: "a", updatedAt: 100)
            let ours = HubAuditEntry(time: now.advanced(by: .seconds(-60)), alias: name, operation: .update)
            #expect(try Self.look(fixture, listed, changes: [ours]) == [])
            let theirs = HubAuditEntry(time: now.advanced(by: .seconds(600)), alias: name, operation: .update)
            #expect(try Self.look(fixture, listed, changes: [ours, theirs]) == ["+unknown_change"])
            #expect(try Self.look(fixture, listed, changes: [ours, theirs]) == ["unknown_change"])
            // It stays a problem when the log's range has moved on.
            #expect(try Self.look(fixture, listed) == ["unknown_change"])
            #expect(try Self.errors(fixture) == ["unknown_change"])
            try await Self.deliver(fixture, updatedAt: 200)
            #expect(try Self.stored(fixture) == [])
            // An older one is told, and is no problem any more.
            let older = HubAuditEntry(time: now.advanced(by: .seconds(1200)), alias: name, operation: .delete)
            let listedAgain = ListedSecret(alias: "a", updatedAt: 200)
            #expect(try Self.look(fixture, listedAgain, changes: [older]) == ["+unknown_change"])
            #expect(try Self.stored(fixture) == [])
        }
    }

    /// What was done by hand explains a change in the hub's log.
    @Test func changeByHandExplainsTheHubsLog() async throws {
        try await StoreFixture.with { fixture async throws in
            try await Self.deliver(fixture, updatedAt: 100)
            fixture.clock.advance(by: .seconds(7200))
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            let (now, name) = (fixture.clock.now, try fixture.name())
            let entry = HubAuditEntry(time: now, alias: name.alias, operation: .update)
            let change = HandChange(.update, name, actor: .daemon, now: now)
            let until = try ledger.beginByHand(change, holdFor: .seconds(90), fields: [.value])
            let hold = HandHold(until: until, settling: .seconds(30))
            try ledger.endByHand(change, .success(Receipt(status: 200)), hold: hold, cap: .seconds(3600))
            let listed = ListedSecret(alias: "a", updatedAt: 200)
            #expect(try Self.look(fixture, listed, changes: [entry]) == [])
        }
    }

    /// A row that can't be read is neither missing nor unmanaged.
    @Test func unreadableRowIsNotJudged() async throws {
        try await StoreFixture.with { fixture async throws in
            try fixture.execute("UPDATE schedules SET seen_updates = 'x'")
            #expect(try Self.look(fixture) == nil)
            #expect(try Self.look(fixture, ListedSecret(alias: "a", updatedAt: 1)) == nil)
        }
    }

    @Test func lookIsKept() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            defer { ledger.close() }
            let now = fixture.clock.now
            #expect(try ledger.driftLook(at: "h") == nil)
            let look = DriftLook(lookedAt: now, dueAt: now.advanced(by: .seconds(60)), logReadUntil: now)
            try ledger.record(look, at: "h")
            #expect(try ledger.driftLook(at: "h") == look)
            #expect(try ledger.history.driftLookedAt("h") == now)
            #expect(try ledger.history.driftLookedAt("i") == nil)
        }
    }

    /// The auditors' copy follows: findings come and go with commits that name their secrets.
    @Test func copyFollowsTheFindings() async throws {
        try await StoreFixture.with { fixture async throws in
            let database = fixture.folder.file("rotator.db")
            let copier = HistoryCopier(of: database, stream: fixture.store.stream, clock: fixture.clock)
            func turn() async throws {
                await copier.collect()
                await copier.bringUpToDate()
                let differences = try CopyComparison.differences(database)
                #expect(differences == [])
            }
            try await turn()
            let name = try fixture.name().alias
            func record(_ listed: [ListedSecret]) async throws {
                try await fixture.store.withLedger { ledger in
                    _ = try ledger.recordDrift([name], Self.view(fixture, ledger, listed))
                    try ledger.record(DriftLook(dueAt: fixture.clock.now), at: "h")
                }
            }
            try await record([])
            try await turn()
            #expect(try Self.stored(fixture) == ["a missing"])
            try await record([ListedSecret(alias: "a", updatedAt: 1)])
            try await turn()
            #expect(try Self.stored(fixture) == [])
        }
    }
}
