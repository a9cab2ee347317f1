import Scheduling
import TestSupport
import Testing

@Suite("Instants")
struct InstantTests {
    @Test(
        "an instant moves by a duration",
        arguments: [
            (0, .seconds(5), 5000), (100, .milliseconds(-200), -100), (7, .zero, 7), (0, .microseconds(1999), 1),
        ] as [(Int64, Duration, Int64)]
    )
    func advances(from: Int64, by duration: Duration, to: Int64) {
        #expect(Instant(milliseconds: from).advanced(by: duration) == Instant(milliseconds: to))
    }

    @Test(
        "nothing is later than the distant future",
        arguments: [.milliseconds(1), .seconds(1_000_000), .milliseconds(Int64.max), .seconds(Int64.max)] as [Duration]
    )
    func saturates(duration: Duration) {
        #expect(Instant.distantFuture.advanced(by: duration) == .distantFuture)
        #expect(Instant(milliseconds: .max).advanced(by: duration) == .distantFuture)
    }

    @Test("moving back as far as can be said is earlier than all that was")
    func saturatesBackwards() {
        let instant = Instant(milliseconds: -1000).advanced(by: .seconds(Int64.min / 1000))
        #expect(instant < Instant(milliseconds: -1000))
    }

    @Test("the distant future is the last that RFC 3339 can write")
    func distantFuture() {
        #expect(Instant.distantFuture.rfc3339 == "9999-12-31T23:59:59.999Z")
    }

    @Test(
        "the duration to another instant is the way to it",
        arguments: [0x5EED_0003] as [UInt64]
    )
    func duration(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let limit = Instant.distantFuture.rawValue
        let wrong = (0..<1000).first { _ in
            let start = Instant(milliseconds: Int64.random(in: -limit...limit, using: &random))
            let end = Instant(milliseconds: Int64.random(in: -limit...limit, using: &random))
            return start.advanced(by: start.duration(to: end)) != end
                || (start < end) != (start.duration(to: end) > .zero)
        }
        #expect(wrong == nil, "seed \(seed)")
    }

    @Test("the duration between the first and the last instant does not turn around")
    func longest() {
        let (first, last) = (Instant(milliseconds: .min), Instant(milliseconds: .max))
        #expect(first.duration(to: last) > .zero)
        #expect(last.duration(to: first) < .zero)
    }

    @Test(
        "a duration in milliseconds is rounded towards zero, and held within 64 bits",
        arguments: [
            (.zero, 0), (.milliseconds(1500), 1500), (.milliseconds(-1500), -1500), (.microseconds(1999), 1),
            (.microseconds(-1999), -1), (.nanoseconds(999_999), 0), (.nanoseconds(-999_999), 0),
            (.milliseconds(Int64.max), .max), (.milliseconds(Int64.min), .min),
            (.milliseconds(Int64.max) + .milliseconds(1), .max), (.milliseconds(Int64.min) - .milliseconds(1), .min),
            (.seconds(Int64.max), .max), (.seconds(Int64.min), .min),
        ] as [(Duration, Int64)]
    )
    func milliseconds(duration: Duration, expected: Int64) {
        #expect(duration.milliseconds == expected)
    }
}
