import Scheduling
import Testing

// A damaged row may hold any number: it must not end the process.
@Suite("Instants that no clock tells")
struct ExtremeInstantTests {
    @Test("each instant has a text")
    func text() async {
        await #expect(processExitsWith: .success) {
            for number in [Int64.min, .min + 1, -62_167_219_200_001, 253_402_300_800_000, .max] {
                try #require(!Instant(milliseconds: number).rfc3339.isEmpty)
            }
        }
    }

    @Test("each instant has a next slot")
    func nextSlot() async {
        await #expect(processExitsWith: .success) {
            let period = try #require(Cadence.Period(.seconds(7)))
            let instants = [Int64.min, -1, 0, .max].map { Instant(milliseconds: $0) }
            for instant in instants {
                for anchor in instants {
                    let slot = Cadence.every(period).nextSlot(after: instant, anchor: anchor)
                    try #require(slot <= .distantFuture)
                }
            }
        }
    }
}
