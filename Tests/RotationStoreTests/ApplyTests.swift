import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing

/// A large file of schedules is applied in slices.
struct ApplyTests {
    private static func desired(_ numbers: Range<Int>, hours: Int, _ fixture: StoreFixture) throws -> [DesiredSchedule]
    {
        try numbers.map { number in
            let every = Duration.seconds(3600 * hours)
            let schedule = try EngineWorld.schedule("s\(number)", now: fixture.clock.now, every: every)
            return .init(secret: schedule.secret, definition: schedule.definition)
        }
    }

    private static func names(_ store: RotationStore) async throws -> [String] {
        try await store.withLedger { try $0.history.schedules().map(\.secret.alias.text) }
    }

    private static func apply(
        _ desired: [DesiredSchedule],
        prune: Bool = false,
        _ fixture: StoreFixture
    ) async throws -> (plan: SchedulePlan, commits: Int64) {
        let start = fixture.store.stream.position
        let order = ScheduleOrder(desired, prune: prune, actor: .daemon, now: fixture.clock.now)
        let plan = try await fixture.store.apply(order)
        return (plan, fixture.store.stream.position - start)
    }

    /// Adding, changing, leaving and removing give what one transaction would; and none of the slices is everything.
    @Test func slicesTogetherAreTheWholeOrder() async throws {
        try await StoreFixture.with { fixture async throws in
            let added = try await Self.apply(Self.desired(0..<4000, hours: 1, fixture), fixture)
            #expect(added.plan.steps.count == 4000)
            // The fixture's own schedule is not in the order.
            #expect(added.plan.unchanged == 1)
            #expect(added.commits > 2)
            #expect(try await Self.names(fixture.store).count == 4001)
            let same = try await Self.apply(Self.desired(0..<4000, hours: 1, fixture), fixture)
            #expect(same.plan == SchedulePlan(steps: [], unchanged: 4001))
            #expect(same.commits == 0)
            let mixed = try Self.desired(0..<10, hours: 2, fixture) + Self.desired(10..<1000, hours: 1, fixture)
            let (plan, _) = try await Self.apply(mixed, prune: true, fixture)
            #expect(plan.unchanged == 990)
            #expect(plan.steps.map(\.difference.change).filter { $0 == .changed }.count == 10)
            #expect(plan.steps.map(\.difference.change).filter { $0 == .removed }.count == 3001)
            let names = Set(try await Self.names(fixture.store))
            #expect(names == Set((0..<1000).map { "s\($0)" }))
        }
    }

    /// What is decided for a slice is decided on what is stored then: a schedule that is added meanwhile is not added twice.
    @Test func othersMayChangeSchedulesBetweenSlices() async throws {
        try await StoreFixture.with { fixture async throws in
            let desired = try Self.desired(0..<4000, hours: 1, fixture)
            async let first = Self.apply(desired, fixture)
            async let second = Self.apply(desired, fixture)
            let plans = try await [first.plan, second.plan]
            #expect(plans.map(\.steps.count).reduce(0, +) == 4000)
            #expect(try await Self.names(fixture.store).count == 4001)
        }
    }

    @Test func rowThatCantBeDecodedIsNotPruned() async throws {
        try await StoreFixture.with { fixture async throws in
            _ = try await Self.apply(Self.desired(0..<3, hours: 1, fixture), fixture)
            try fixture.execute("UPDATE schedules SET generator = 'x' WHERE alias = 's1'")
            _ = try await Self.apply([], prune: true, fixture)
            let left = try await fixture.store.withLedger { ledger in
                var broken: [String] = []
                let sound = try ledger.history.schedules { broken.append($0.row) }
                return (sound.count, broken.count)
            }
            #expect(left == (0, 1))
        }
    }
}
