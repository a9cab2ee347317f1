import Scheduling
import TestSupport
import Testing

@Suite("Durations as text")
struct DurationTextTests {
    @Test(
        "a number with a unit is read",
        arguments: [
            ("500ms", .milliseconds(500)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("12h", .seconds(43_200)),
            ("30d", .seconds(2_592_000)), ("2w", .seconds(1_209_600)), ("0s", .zero), ("007s", .seconds(7)),
            ("999999999999999ms", .milliseconds(999_999_999_999_999)),
        ] as [(String, Duration)]
    )
    func reads(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(
        "anything else is not read",
        arguments: [
            "", "s", "5", "5 s", " 5s", "5s ", "-5s", "+5s", "5.5s", "1e3s", "5S", "5sec", "5m30s", "5M", "5y", "5µs",
            "٥s", "５s", "5s\u{301}", "5\u{301}s", "1000000000000000ms", "99999999999999999999s", "999999999999999w",
            "5s\n", "5\u{0}s", "0x5s", "1_000s",
        ]
    )
    func refuses(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(
        "a duration is written in its largest unit that fits",
        arguments: [
            (.zero, "0s"), (.milliseconds(1), "1ms"), (.milliseconds(1500), "1500ms"), (.seconds(1), "1s"),
            (.seconds(59), "59s"), (.seconds(60), "1m"), (.seconds(90), "90s"), (.seconds(3600), "1h"),
            (.seconds(86_400), "1d"), (.seconds(7 * 86_400), "1w"), (.seconds(30 * 86_400), "30d"),
            (.seconds(14 * 86_400), "2w"),
        ] as [(Duration, String)]
    )
    func writes(duration: Duration, text: String) {
        #expect(DurationText.format(duration) == text)
    }

    @Test("what was written is read back", arguments: [0x5EED_0004] as [UInt64])
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let wrong = (0..<5000).first { _ in
            let unit = [1, 1000, 60_000, 3_600_000, 86_400_000, 604_800_000].randomElement(using: &random) ?? 1
            let duration = Duration.milliseconds(Int.random(in: 0...1_000_000, using: &random) * unit)
            return DurationText.parse(DurationText.format(duration)) != duration
        }
        #expect(wrong == nil, "seed \(seed)")
    }
}
