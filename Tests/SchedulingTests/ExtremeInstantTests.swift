import Scheduling
import Testing

// A damaged row may hold any number: it must not end the process.
@Suite("Instants that no clock tells")
struct ExtremeInstantTests {
    @Test(
        "a number beyond RFC 3339 is the first or the last instant that it can write",
        arguments: [
            (Int64.min, "0000-01-01T00:00:00.000Z"), (.min + 1, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "0000-01-01T00:00:00.000Z"), (-62_167_219_199_999, "0000-01-01T00:00:00.001Z"),
            (253_402_300_799_998, "9999-12-31T23:59:59.998Z"), (253_402_300_800_000, "9999-12-31T23:59:59.999Z"),
            (.max, "9999-12-31T23:59:59.999Z"),
        ]
    )
    func text(number: Int64, text: String) {
        #expect(Instant(milliseconds: number).rfc3339 == text)
        #expect(Instant(rawValue: number) == Instant(rfc3339: text))
    }

    @Test("each instant has a next slot, later than it, unless that lies beyond the last one")
    func nextSlot() throws {
        let instants = [Int64.min, -1, 0, .max].map { Instant(milliseconds: $0) }
        for duration in [Cadence.Period.range.lowerBound, Cadence.Period.range.upperBound] {
            let period = try #require(Cadence.Period(duration))
            for (instant, anchor) in instants.flatMap({ instant in instants.map { (instant, $0) } }) {
                let slot = Cadence.every(period).nextSlot(after: instant, anchor: anchor)
                #expect(
                    slot.map { $0 > instant }
                        ?? (instant.advanced(by: duration) == .distantFuture
                            || anchor.advanced(by: duration) == .distantFuture)
                )
            }
        }
    }
}
