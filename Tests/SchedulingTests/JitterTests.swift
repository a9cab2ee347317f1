import Scheduling
import Testing

@Suite("Jitter")
struct JitterTests {
    @Test("a delay is within its range, and the same each time")
    func range() {
        for number in 0..<10_000 as Range<Int64> {
            let (name, slot) = ("hub/secret\(number % 100)", Instant(milliseconds: number * 60_000))
            let delay = Jitter.delay(of: name, slot: slot, limit: .seconds(10))
            #expect((.zero ... .seconds(10)).contains(delay))
            #expect(delay == Jitter.delay(of: name, slot: slot, limit: .seconds(10)))
        }
    }

    @Test("secrets of one slot, and slots of one secret, are spread evenly", arguments: [true, false])
    func spread(bySecret: Bool) {
        var tenths = [Int](repeating: 0, count: 10)
        for number in 0..<10_000 as Range<Int64> {
            let delay = Jitter.delay(
                of: bySecret ? "hub/secret\(number)" : "hub/secret",
                slot: Instant(milliseconds: bySecret ? 0 : number * 86_400_000),
                limit: .milliseconds(9_999)
            )
            tenths[Int(delay.milliseconds / 1000)] += 1
        }
        // Ten bins of 1,000 each: chi-squared with 9 degrees of freedom is below 27.9 in 999 of 1,000 cases.
        let chi = tenths.map { Double(($0 - 1000) * ($0 - 1000)) / 1000 }.reduce(0, +)
        #expect(chi < 27.9)
    }

    @Test("both ends are reached, and without a limit there is no delay")
    func ends() {
        let delays = (0..<1000 as Range<Int64>).map {
            Jitter.delay(of: "a", slot: Instant(milliseconds: $0), limit: .milliseconds(3)).milliseconds
        }
        #expect(Set(delays) == [0, 1, 2, 3])
        #expect(Jitter.delay(of: "a", slot: .distantFuture, limit: .zero) == .zero)
    }

    /// The delay is in forecasts and in the history: another one would be another schedule.
    @Test("delays never change")
    func known() {
        let slot = Instant(milliseconds: 1_800_000_000_000)
        #expect(Jitter.delay(of: "production/db_password", slot: slot, limit: .seconds(1200)) == .milliseconds(602_858))
    }
}
