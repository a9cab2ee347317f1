import Scheduling
import TestSupport
import Testing

/// All zones of the system, from 1970 to 2100, against Python's zoneinfo.
@Suite("Zones against Python's zoneinfo", .timeLimit(.minutes(5)))
struct ZoneOracleTests {
    private static let start: Int64 = 0
    private static let end: Int64 = 4_102_444_800

    /// Prints the offset of each line's `zone second…`.
    private static let program = """
        import sys
        from datetime import datetime
        from zoneinfo import ZoneInfo
        for line in sys.stdin:
            name, *seconds = line.split()
            zone = ZoneInfo(name)
            offsets = (datetime.fromtimestamp(int(s), zone).utcoffset() for s in seconds)
            print(*[int(o.total_seconds()) for o in offsets])
        """

    private static let names =
        (try? Python.run(
            "from zoneinfo import *; print(*sorted(available_timezones() - {'localtime'}), sep='\\n')",
            lines: []
        )) ?? []

    /// Each of our changes has its offset from its very second on; between two of them, where Python could have one that we
    /// lack, days by chance agree.
    @Test func offsetsAndTransitionsAgree() async throws {
        try await offPool { try Self.checkOffsets() }
    }

    private static func checkOffsets() throws {
        try #require(Self.names.count > 400)
        var random = SplitMix64(seed: 0x5EED_3001)
        var (lines, expected) = ([String](), [[Int32]]())
        for name in Self.names {
            let zone = try ZoneDatabase.system.zone(named: name)
            var seconds: [Int64] = []
            var second = Self.start
            while second < Self.end {
                let span = zone.span(at: second)
                if span.end < Self.end { seconds += [span.end - 1, span.end] }
                second = min(span.end, Self.end)
            }
            seconds += (0..<400).map { _ in Int64.random(in: Self.start...Self.end, using: &random) }
            lines.append(name + " " + seconds.map(String.init).joined(separator: " "))
            expected.append(seconds.map { zone.span(at: $0).offset })
        }
        let answers = try Python.run(Self.program, lines: lines)
        try #require(answers.count == lines.count)
        let wrong = zip(zip(Self.names, expected), answers).filter { ours, theirs in
            ours.1 != theirs.split(separator: " ").compactMap { Int32($0) }
        }
        #expect(wrong.isEmpty, "\(wrong.map(\.0.0))")
    }

    /// Prints the transitions of a zone, found by halving the days between 1970 and 2100 at which the offset differs.
    private static let transitions = """
        import sys
        from datetime import datetime
        from zoneinfo import ZoneInfo
        for line in sys.stdin:
            name, start, end = line.split()
            zone = ZoneInfo(name)
            at = lambda s: datetime.fromtimestamp(s, zone).utcoffset()
            found = []
            step = 6 * 3600
            for low in range(int(start), int(end), step):
                high = low + step
                if at(low) == at(high): continue
                while high - low > 1:
                    middle = (low + high) // 2
                    if at(middle) == at(low): low = middle
                    else: high = middle
                found.append(high)
            print(name, *found)
        """

    @Test(arguments: [
        "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/St_Johns", "Asia/Gaza",
        "America/New_York", "Africa/Monrovia", "Antarctica/Troll", "Africa/Juba",
    ])
    func transitionsArePythons(name: String) async throws {
        try await offPool { try Self.checkTransitions(name) }
    }

    private static func checkTransitions(_ name: String) throws {
        let zone = try ZoneDatabase.system.zone(named: name)
        var ours: [Int64] = []
        var span = zone.span(at: Self.start)
        while span.end < Self.end {
            let next = zone.span(at: span.end)
            if next.offset != span.offset { ours.append(next.start) }
            span = next
        }
        let answer = try Python.run(Self.transitions, lines: ["\(name) \(Self.start) \(Self.end)"])
        let theirs = answer.first?.split(separator: " ").dropFirst().compactMap { Int64($0) }
        #expect(ours == theirs)
    }
}
