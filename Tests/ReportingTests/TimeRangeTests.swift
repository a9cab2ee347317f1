import Reporting
import Scheduling
import Testing

struct TimeRangeTests {
    @Test(
        arguments: [
            (nil, nil, true), (10, nil, true), (11, nil, false), (nil, 11, true), (nil, 10, false), (10, 11, true),
            (10, 10, false),
        ] as [(Int64?, Int64?, Bool)]
    )
    func containsItsStartButNotItsEnd(start: Int64?, end: Int64?, isInside: Bool) {
        let range = TimeRange(start: start.map(Instant.init(rawValue:)), end: end.map(Instant.init(rawValue:)))
        #expect(range.contains(Instant(rawValue: 10)) == isInside)
    }
}
