import Scheduling
import Testing

@Suite("Days of the calendar")
struct CivilDateTests {
    @Test(
        "known days have their numbers",
        arguments: [
            (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017), (1900, 3, 1, -25_508),
            (1, 1, 1, -719_162), (0, 3, 1, -719_468), (0, 1, 1, -719_528), (-1, 12, 31, -719_529),
            (9999, 12, 31, 2_932_896),
        ]
    )
    func known(year: Int, month: Int, day: Int, number: Int) {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(date.daysSinceEpoch == number)
        #expect(CivilDate(daysSinceEpoch: number) == date)
    }

    // 400 years and a day, twice, so that both sides of year 0 and of 1970 are there.
    @Test("each day follows the one before it, and comes back from its number", arguments: [-800_000, -100_000])
    func successive(first: Int) {
        var before = CivilDate(daysSinceEpoch: first - 1)
        let wrong = (first..<first + 146_098).first { number in
            let date = CivilDate(daysSinceEpoch: number)
            defer { before = date }
            return date.daysSinceEpoch != number || !follows(date, before)
        }
        #expect(wrong == nil)
    }

    private func follows(_ date: CivilDate, _ before: CivilDate) -> Bool {
        if date.day != 1 {
            return (date.year, date.month, date.day) == (before.year, before.month, before.day + 1)
        }
        let isLeap = before.year % 4 == 0 && (before.year % 100 != 0 || before.year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard before.day == lengths[before.month - 1] else { return false }
        let isNewYear = before.month == 12
        return date.year == before.year + (isNewYear ? 1 : 0) && date.month == before.month % 12 + 1
    }
}
