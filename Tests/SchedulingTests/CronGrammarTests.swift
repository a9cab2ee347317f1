import Scheduling
import Testing

@Suite("Cron expressions")
struct CronGrammarTests {
    @Test(
        "the forms of Debian's cron and cronsim are read",
        arguments: [
            "* * * * *", "0 3 * * 1", "*/15 * * * *", "5,10-20/3,59 0-23 1,15 jan-MAR mon-fri", "0 0 L * *",
            "0 0 LW * *",
            "0 0 * * 5L", "0 0 * * 1#2", "0 0 * * MON#2", "0 0 * * 7", "0 0 29 2 *", "0 0 31 2 1", "  0  3 * * *  ",
            "@daily", "@Hourly", "@weekly", "@monthly", "@yearly", "@annually", "@midnight", "10/20 * * * *",
            "00 03 * * *",
        ]
    )
    func isRead(text: String) throws {
        #expect(try CronExpression(text).text == text)
    }

    @Test(
        "an error points at the field and the character",
        arguments: [
            ("", "character 1: expected five fields (minute, hour, day of month, month and day of week), found 0"),
            (
                "0 3 * *",
                "character 7: expected five fields (minute, hour, day of month, month and day of week), found 4"
            ),
            (
                "0 3 * * 1 2",
                "character 11: expected five fields (minute, hour, day of month, month and day of week), found 6"
            ),
            ("60 3 * * *", "minute, character 1: expected 0 to 59, found 60"),
            ("0 24 * * *", "hour, character 3: expected 0 to 23, found 24"),
            ("0 3 0 * *", "day of month, character 5: expected 1 to 31, found 0"),
            ("0 3 * 13 *", "month, character 7: expected 1 to 12, or JAN to DEC, found 13"),
            ("0 3 * * 8", "day of week, character 9: expected 0 to 7, or SUN to SAT, found 8"),
            ("0 3 * * 1,2,foo", "day of week, character 13: expected 0 to 7, or SUN to SAT, found FOO"),
            ("1,,2 3 * * *", "minute, character 3: expected 0 to 59, found nothing"),
            ("*/0 3 * * *", "minute, character 3: after / give a step, a whole number from 1 on"),
            ("*/x 3 * * *", "minute, character 3: after / give a step, a whole number from 1 on"),
            ("0 20-8 * * *", "hour, character 3: 20-8 runs backwards: write the smaller one first"),
            ("0 3 * * fri-sun", "day of week, character 9: FRI-SUN runs backwards: write the smaller one first"),
            ("0 3 * * 1#6", "day of week, character 11: after # give 1 to 5, for a month's first to fifth such day"),
            ("0 3 * * 1#", "day of week, character 11: after # give 1 to 5, for a month's first to fifth such day"),
            ("0 3 L-3 * *", "day of month, character 5: expected 1 to 31, found L"),
            ("0 3 ? * *", "day of month, character 5: expected 1 to 31, found ?"),
            ("-1 3 * * *", "minute, character 1: expected 0 to 59, found nothing"),
            ("+1 3 * * *", "minute, character 1: expected 0 to 59, found +1"),
            ("٣ 3 * * *", "minute, character 1: expected 0 to 59, found ٣"),
            ("99999999999999999999 3 * * *", "minute, character 1: expected 0 to 59, found 99999999999999999999"),
            (
                "0 3 30 2 *",
                "day of month, character 5: no day ever matches day of month, month and day of week together"
            ),
            (
                "0 0 */30 2 1#5",
                "day of month, character 5: no day ever matches day of month, month and day of week together"
            ),
            ("@reboot", "character 1: no such nickname: use @hourly, @daily, @weekly, @monthly or @yearly"),
            ("@every 5m", "character 1: no such nickname: use @hourly, @daily, @weekly, @monthly or @yearly"),
        ]
    )
    func isRefused(text: String, message: String) {
        #expect { try CronExpression(text) } throws: { error in
            #expect("\(error)" == message)
            return error is CronSyntaxError
        }
    }

    @Test("an endless text is refused at once")
    func endlessTextIsRefused() {
        #expect(throws: CronSyntaxError.self) {
            try CronExpression(String(repeating: "1,", count: 100_000) + "1 * * * *")
        }
    }
}
