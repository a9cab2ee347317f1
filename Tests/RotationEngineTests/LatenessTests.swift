import Scheduling
import Testing

@testable import RotationEngine

/// How late slots are seen.
struct LatenessTests {
    private static func instant(_ milliseconds: Int64) -> Instant { Instant(milliseconds: 1_000_000 + milliseconds) }

    private static func summary(begins: [Int64], slots: [Int64]) -> Lateness? {
        var record = LatenessRecord()
        for begin in begins { record.noteBegin(instant(begin)) }
        for slot in slots { record.noteSlot(due: instant(slot)) }
        return record.summary
    }

    /// From the due instant to the first pass after it, however many passes later the slot is begun.
    @Test(arguments: [(Int64(10), Int64(0)), (11, 9), (20, 0), (21, 79), (0, 0)])
    func latenessIsThatOfTheFirstPassAfterTheDueInstant(due: Int64, expected: Int64) {
        let summary = Self.summary(begins: [0, 10, 20, 100, 200], slots: [due])
        #expect(summary?.longest == .milliseconds(expected))
    }

    /// What was due before the passes that are known, or is due after them, says nothing.
    @Test(arguments: [Int64(-1), 201])
    func slotOutsideThePassesThatAreKnownIsNoSample(due: Int64) {
        #expect(Self.summary(begins: [0, 200], slots: [due]) == nil)
    }

    @Test func quantilesAreThoseOfTheNewestThousandSlots() {
        var record = LatenessRecord()
        // Old ones that are late, then eleven hundred of 0 to 99 ms.
        for number in Int64(0)..<2000 {
            let late = number < 900 ? 5000 : number % 100
            record.noteBegin(Self.instant(number * 10_000))
            record.noteBegin(Self.instant(number * 10_000 + late + 1))
            record.noteSlot(due: Self.instant(number * 10_000 + 1))
        }
        let summary = record.summary
        #expect(summary?.count == 1024)
        #expect(summary?.median == .milliseconds(51))
        #expect(summary?.p99 == .milliseconds(99))
        #expect(summary?.longest == .milliseconds(99))
    }

    @Test func clockThatIsSetBackBeginsAnew() {
        #expect(Self.summary(begins: [1000, 500, 600], slots: [550])?.longest == .milliseconds(50))
    }
}
