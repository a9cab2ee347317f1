import RotationCore
import Testing

struct RequestRateTests {
    @Test(arguments: [
        ("10/s", Duration.milliseconds(100)),
        ("1/s", .seconds(1)),
        ("30/m", .seconds(2)),
        ("100/h", .seconds(36)),
        ("1/h", .seconds(3600)),
        ("100000/s", .microseconds(10)),
    ])
    func intervalIsUnitByCount(text: String, interval: Duration) throws {
        let rate = try #require(RequestRate(text))
        #expect(rate.interval == interval)
        #expect(rate.description == text)
    }

    @Test(arguments: [
        "", "10", "/s", "10/", "0/s", "-1/s", "100001/s", "1.5/s", "10/S", "10/sec", "10/d", "10/s/s", " 10/s",
        "10 /s", "10/s ", "+5/s", "99999999999999999999/s", "\u{661}/s",
    ])
    func otherTextIsNoRate(text: String) {
        #expect(RequestRate(text) == nil)
    }
}
