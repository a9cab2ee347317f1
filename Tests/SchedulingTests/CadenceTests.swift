import Scheduling
import TestSupport
import Testing

@Suite("Cadences")
struct CadenceTests {
    private func cadence(_ seconds: Int64) throws -> Cadence {
        .every(try #require(Cadence.Period(.seconds(seconds))))
    }

    @Test(
        "the next slot is the first strictly later one",
        arguments: [(0, 10_000), (1, 10_000), (9999, 10_000), (10_000, 20_000), (10_001, 20_000), (25_000, 30_000)]
    )
    func next(after: Int64, expected: Int64) throws {
        let slot = try cadence(10).nextSlot(after: Instant(milliseconds: after), anchor: Instant(milliseconds: 0))
        #expect(slot == Instant(milliseconds: expected))
    }

    @Test("before the anchor, its first slot is the next one", arguments: [-1, -9999, -10_000, -1_000_000_000])
    func beforeAnchor(after: Int64) throws {
        let slot = try cadence(10).nextSlot(after: Instant(milliseconds: after), anchor: Instant(milliseconds: 0))
        #expect(slot == Instant(milliseconds: 10_000))
    }

    @Test("slots are later, on the grid, and none is skipped", arguments: [0x5EED_0005, 0x5EED_0006] as [UInt64])
    func grid(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let wrong = try (0..<5000).first { _ in
            let step = Int64.random(in: 1000...1_000_000_000, using: &random)
            let period = try #require(Cadence.Period(.milliseconds(step)))
            let anchor = Int64.random(in: -1_000_000_000_000...4_000_000_000_000, using: &random)
            let after = anchor + Int64.random(in: -1_000_000_000...100 * step, using: &random)
            let slot = try #require(
                Cadence.every(period).nextSlot(
                    after: Instant(milliseconds: after),
                    anchor: Instant(milliseconds: anchor)
                )
            ).rawValue
            let isOnGrid = slot > anchor && (slot - anchor) % step == 0
            return !(slot > after && isOnGrid && slot - step <= max(after, anchor))
        }
        #expect(wrong == nil, "seed \(seed)")
    }

    @Test("slots one after the other are a period apart")
    func sequence() throws {
        let cadence = try cadence(3600)
        let anchor = Instant(milliseconds: 1_795_433_172_123)
        var instant = anchor
        for number in 1...100 {
            instant = try #require(cadence.nextSlot(after: instant, anchor: anchor))
            #expect(anchor.duration(to: instant) == .seconds(3600 * number))
        }
    }

    @Test(
        "a period is at least a second and at most 100 years",
        arguments: [
            (.zero, false), (.seconds(-1), false), (.milliseconds(999), false), (.nanoseconds(999_999_999), false),
            (.seconds(1), true), (.milliseconds(1001), true), (.seconds(30 * 86_400), true),
            (.seconds(36_600 * 86_400), true), (.seconds(36_600 * 86_400) + .nanoseconds(1), false),
            (.seconds(Int64.max), false), (.seconds(Int64.min), false),
        ] as [(Duration, Bool)]
    )
    func period(duration: Duration, isAccepted: Bool) {
        #expect((Cadence.Period(duration) != nil) == isAccepted)
    }

    @Test("a period is kept in whole milliseconds")
    func wholeMilliseconds() {
        #expect(Cadence.Period(.microseconds(1_000_999))?.duration == .seconds(1))
    }
}
