/// A delay after a slot, so that rotations with the same slot don't begin at the same time.
///
/// It is deterministic for a secret and slot: it survives restarts, and forecasts can compute it.
package enum Jitter {
    /// The delay of a slot.
    ///
    /// - Parameters:
    ///   - name: The name of the secret.
    ///   - slot: The slot.
    ///   - limit: The largest delay; all delays up to it are equally likely.
    package static func delay(of name: String, slot: Instant, limit: Duration) -> Duration {
        let range = limit.milliseconds
        guard range > 0 else { return .zero }
        var hash = FNV1a()
        hash.combine(name)
        hash.combine(UInt64(bitPattern: slot.rawValue))
        return .milliseconds(Int64(mixed(hash.value).multipliedFullWidth(by: UInt64(range) + 1).high))
    }

    /// SplitMix64's last steps (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): with FNV
    /// alone, similar names would have similar delays.
    private static func mixed(_ number: UInt64) -> UInt64 {
        var number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return number ^ number >> 31
    }
}
