import AIHubClient
import RotationCore
import Testing

struct RetryAfterTests {
    /// 1994-11-06T08:49:37Z, the example of RFC 9110.
    private let example: Int64 = 784_111_777

    @Test(arguments: [
        ("0", 0), ("1", 1), ("120", 120), (" 7\t", 7), ("86400", 86_400), ("86401", 86_400), ("007", 7),
        ("9223372036854775807", 86_400), ("99999999999999999999999", 86_400),
    ])
    func secondsAreReadUpToADay(text: String, seconds: Int) {
        #expect(RetryAfter.parse(text, now: example) == .seconds(seconds))
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        " Sun, 06 Nov 1994 08:49:37 GMT ",
    ])
    func threeFormsOfADateAreOneInstant(text: String) {
        #expect(RetryAfter.parse(text, now: example - 90) == .seconds(90))
    }

    @Test func dateInThePastIsZero() {
        #expect(RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", now: example + 5) == .zero)
    }

    @Test func dateFarAwayIsADay() {
        #expect(RetryAfter.parse("Fri, 31 Dec 9999 23:59:59 GMT", now: example) == .seconds(86_400))
    }

    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Tue, 29 Feb 2028 23:59:60 GMT", 1_835_481_600),
        ("Saturday, 01-Jan-00 00:00:00 GMT", 946_684_800),
        ("Wednesday, 01-Jan-69 00:00:00 GMT", 3_124_224_000),
        ("Thursday, 01-Jan-70 00:00:00 GMT", 0),
        ("Mon Nov 23 11:26:12 2026", 1_795_433_172),
    ])
    func datesAreSecondsSince1970(text: String, seconds: Int64) {
        #expect(RetryAfter.date(text) == seconds)
    }

    @Test(arguments: [
        "", " ", "soon", "-5", "1.5", "5s", "+5", "1e3", "0x10", "\u{661}", "5 5", "NaN",
        "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT extra",
    ])
    func junkIsIgnored(text: String) {
        #expect(RetryAfter.parse(text, now: example) == nil)
    }

    /// An HTTP date is in GMT (RFC 9110, section 5.6.7); another zone's would be hours off.
    @Test(arguments: ["PST", "EST", "+0100", "CET", "gmt", "MSK"])
    func dateInAnotherZoneIsIgnored(zone: String) {
        #expect(RetryAfter.date("Sun, 06 Nov 1994 08:49:37 \(zone)") == nil)
    }
}
