import Scheduling
import Testing

@testable import RotationDaemon

/// When the receiver of the stream of entries counts as away, and since when.
struct StreamStandingTests {
    private static func at(_ seconds: Int64) -> Instant { Instant(milliseconds: seconds * 1000) }

    @Test func failureCountsFromItsFirstOne() {
        let standing = StreamStanding()
        #expect(standing.trouble(at: Self.at(0)) == nil)
        standing.noteFailure("no", at: Self.at(10))
        standing.noteFailure("still no", at: Self.at(20))
        #expect(standing.trouble(at: Self.at(20)) == .init(text: "still no", since: Self.at(10)))
        standing.noteConnection()
        #expect(standing.trouble(at: Self.at(21)) == nil)
        standing.noteFailure("no again", at: Self.at(30))
        #expect(standing.trouble(at: Self.at(30)) == .init(text: "no again", since: Self.at(30)))
    }

    @Test func receiverThatDoesNotReadIsAwayAfterAMinute() {
        let standing = StreamStanding()
        standing.noteConnection()
        standing.noteSent(at: Self.at(100))
        #expect(standing.trouble(at: Self.at(159)) == nil)
        #expect(standing.trouble(at: Self.at(160))?.since == Self.at(100))
        standing.noteRead()
        #expect(standing.trouble(at: Self.at(160)) == nil)
        standing.noteSent(at: Self.at(200))
        #expect(standing.trouble(at: Self.at(259)) == nil)
    }

    /// One that accepts connections and ends them is not new each time.
    @Test func receiverThatReadsNothingIsAwaySinceItsFirstEntry() {
        let standing = StreamStanding()
        for second in stride(from: Int64(10), through: 90, by: 10) {
            standing.noteConnection()
            standing.noteSent(at: Self.at(second))
            standing.noteFailure("it has ended", at: Self.at(second + 1))
        }
        #expect(standing.trouble(at: Self.at(95)) == .init(text: "it has ended", since: Self.at(10)))
        standing.noteConnection()
        #expect(standing.trouble(at: Self.at(95))?.since == Self.at(10))
        standing.reset()
        #expect(standing.trouble(at: Self.at(500)) == nil)
    }
}
