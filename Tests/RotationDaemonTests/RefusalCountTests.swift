import RotationCore
import RotationDaemon
import Scheduling
import Testing

struct RefusalCountTests {
    private static let start = Instant(milliseconds: 1_795_435_200_000)

    private static func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }

    private static func refusal(_ user: UInt32, _ operation: String = "rotations/request") -> RefusalCount.Refusal {
        .init(user: user, actor: .daemon, operation: operation, right: .operate)
    }

    @Test func eachUserHasOneEntryAMinuteWithTheCount() {
        let count = RefusalCount()
        #expect(count.add(Self.refusal(1), at: Self.start) == 1)
        for second in 1..<60 { #expect(count.add(Self.refusal(1), at: Self.at(second)) == nil) }
        #expect(count.add(Self.refusal(2), at: Self.at(59)) == 1)
        #expect(count.add(Self.refusal(1), at: Self.at(60)) == 60)
        #expect(count.add(Self.refusal(1), at: Self.at(61)) == nil)
        // The clock was set back.
        #expect(count.add(Self.refusal(1), at: Self.at(0)) == 2)
    }

    /// An entry must not tell of another operation than those that it counts.
    @Test func eachOperationHasEntriesOfItsOwn() {
        let count = RefusalCount()
        #expect(count.add(Self.refusal(1), at: Self.start) == 1)
        #expect(count.add(Self.refusal(1, "schedules/edit"), at: Self.at(1)) == 1)
    }

    @Test func endTellsOfTheRest() {
        let count = RefusalCount()
        for second in 0..<3 { _ = count.add(Self.refusal(1), at: Self.at(second)) }
        _ = count.add(Self.refusal(2), at: Self.start)
        let rest = count.takeUnnoted()
        #expect(rest.map(\.refusal) == [Self.refusal(1)] && rest.map(\.count) == [2])
        #expect(count.takeUnnoted().isEmpty)
    }

    @Test func usersWithoutNumberDoNotFillMemoryOrHistory() {
        let count = RefusalCount()
        let noted = (0..<5000).compactMap { count.add(Self.refusal($0), at: Self.start) }
        #expect(noted.count == 1024)
        #expect(count.add(Self.refusal(4999), at: Self.at(60)) == 1)
    }
}
