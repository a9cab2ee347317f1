import Scheduling
import TestSupport
import Testing

@Suite("Instants against Python's datetime")
struct CalendarOracleTests {
    /// Prints each instant of a line `milliseconds offset` in UTC and at the offset in minutes.
    private static let program = """
        import sys
        from datetime import datetime, timedelta, timezone
        epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
        for line in sys.stdin:
            number, offset = map(int, line.split())
            instant = epoch + timedelta(milliseconds=number)
            local = instant.astimezone(timezone(timedelta(minutes=offset)))
            utc = instant.replace(tzinfo=None).isoformat(timespec='milliseconds') + 'Z'
            print(utc, local.isoformat(timespec='milliseconds'))
        """

    // 0002-01-01 to 9998-12-31, so that no offset leaves Python's years 1…9999; and the edges of eras and leap years.
    private static let range: ClosedRange<Int64> = -62_104_060_800_000...253_370_764_799_999
    private static let edges: [Int64] = [
        0, -1, 1, 999, -999, -1000, 951_782_399_999, 951_782_400_000, 951_868_800_000, -2_203_891_200_001,
        -2_203_891_200_000, -2_208_988_800_000, 4_107_542_399_999, 4_107_542_400_000, 1_709_164_800_000,
    ]

    @Test("text is written and read as Python does", arguments: [0x5EED_0001, 0x5EED_0002] as [UInt64])
    func agrees(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let numbers = Self.edges + (0..<10_000).map { _ in Int64.random(in: Self.range, using: &random) }
        let lines = numbers.map { "\($0) \(Int.random(in: -1439...1439, using: &random))" }
        let answers = try Python.run(Self.program, lines: lines)
        try #require(answers.count == numbers.count)
        let wrong = zip(numbers, answers).first { !agrees(Instant(milliseconds: $0), with: $1) }
        #expect(wrong == nil, "seed \(seed)")
    }

    private func agrees(_ instant: Instant, with answer: String) -> Bool {
        let texts = answer.split(separator: " ").map(String.init)
        guard texts.count == 2 else { return false }
        return instant.rfc3339 == texts[0] && texts.allSatisfy { Instant(rfc3339: $0) == instant }
    }
}
