/// Numbers in ASCII decimal with one spelling only: no sign and no leading zero.
enum Decimal {
    /// The largest number that is read: 2^63 − 1, which SQLite and Go hold too.
    static let maximum = UInt64(Int64.max)

    /// The number that is spelled so; nil for any other spelling, and above the maximum.
    static func parse(_ text: some Collection<UInt8>) -> UInt64? {
        guard let first = text.first, text.count <= 19, first != UInt8(ascii: "0") || text.count == 1 else {
            return nil
        }
        var number: UInt64 = 0
        for character in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
            number = number * 10 + UInt64(character - UInt8(ascii: "0"))
        }
        return number <= maximum ? number : nil
    }

    /// The spelling of a number.
    static func encode(_ number: UInt64) -> [UInt8] { Array(String(number).utf8) }
}
