import Reporting
import Scheduling
import Testing

struct PeriodTests {
    private static let now = Instant(rfc3339: "2026-11-26T12:00:00Z") ?? .distantPast

    @Test func emptyRangeIsNone() {
        #expect(ReportPeriod(start: Self.now, end: Self.now) == nil)
    }

    /// Each bucket begins where the one before ends, each instant is in its own, and there are at most a hundred.
    @Test(arguments: [1, 60, 3600, 86_400, 90 * 86_400, 700 * 86_400, 40_000 * 86_400] as [Int64])
    func bucketsCoverTheRange(seconds: Int64) throws {
        let start = Instant(rfc3339: "2026-08-28T11:37:44.123Z") ?? .distantPast
        let period = try #require(ReportPeriod(start: start, end: start.advanced(by: .seconds(seconds))))
        let buckets = Buckets(period)
        #expect(buckets.count <= 100 && buckets.start <= start && buckets.end(of: buckets.count - 1) == period.end)
        #expect(buckets.index(of: start) == 0)
        #expect(buckets.index(of: period.end.advanced(by: .milliseconds(-1))) == buckets.count - 1)
        for bucket in 1..<max(2, buckets.count) where bucket < buckets.count {
            #expect(buckets.end(of: bucket - 1) == buckets.start(of: bucket))
            #expect(buckets.index(of: buckets.start(of: bucket)) == bucket)
            #expect(buckets.index(of: buckets.start(of: bucket).advanced(by: .milliseconds(-1))) == bucket - 1)
        }
    }
}
