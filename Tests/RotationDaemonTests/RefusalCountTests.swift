import RotationDaemon
import Scheduling
import Testing

struct RefusalCountTests {
    private static let start = Instant(milliseconds: 1_795_435_200_000)

    private static func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }

    @Test func eachUserHasOneEntryAMinuteWithTheCount() {
        let count = RefusalCount()
        #expect(count.add(1, at: Self.start) == 1)
        for second in 1..<60 { #expect(count.add(1, at: Self.at(second)) == nil) }
        #expect(count.add(2, at: Self.at(59)) == 1)
        #expect(count.add(1, at: Self.at(60)) == 60)
        #expect(count.add(1, at: Self.at(61)) == nil)
        // The clock was set back.
        #expect(count.add(1, at: Self.at(0)) == 2)
    }

    @Test func usersWithoutNumberDoNotFillMemoryOrHistory() {
        let count = RefusalCount()
        let noted = (0..<5000).compactMap { count.add($0, at: Self.start) }
        #expect(noted.count == 1024)
        #expect(count.add(4999, at: Self.at(60)) == 1)
    }
}
