/// How much later than its slot something begins, so that what has the same slot does not begin at once.
///
/// It is the same each time for one secret and slot: a restart changes nothing about it, and a forecast can tell it.
package enum Jitter {
    /// The delay of a slot.
    ///
    /// - Parameters:
    ///   - name: Whose slot it is.
    ///   - slot: The slot.
    ///   - limit: No delay is longer, and each up to it is as likely.
    package static func delay(of name: String, slot: Instant, limit: Duration) -> Duration {
        let range = limit.milliseconds
        guard range > 0 else { return .zero }
        var hash = FNV1a()
        hash.combine(name)
        hash.combine(UInt64(bitPattern: slot.rawValue))
        return .milliseconds(Int64(mixed(hash.value).multipliedFullWidth(by: UInt64(range) + 1).high))
    }

    /// SplitMix64's last steps (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): FNV alone
    /// would give neighbours neighbouring delays.
    private static func mixed(_ number: UInt64) -> UInt64 {
        var number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return number ^ number >> 31
    }
}
