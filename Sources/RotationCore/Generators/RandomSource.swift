/// Where random bits come from: the system in production, a seed in simulation.
package protocol RandomSource: Sendable {
    /// 64 random bits.
    func next() -> UInt64
}

/// The system's random source, `getrandom(2)` on Linux.
package struct SystemRandom: RandomSource {
    package init() {}

    package func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

extension RandomSource {
    /// The source as the standard library wants it, for example for `Int.random(in:using:)`, which is unbiased.
    package var generator: RandomSourceAdapter { RandomSourceAdapter(source: self) }
}

/// Adapts a ``RandomSource`` to the standard library's protocol.
package struct RandomSourceAdapter: RandomNumberGenerator {
    let source: any RandomSource

    package mutating func next() -> UInt64 { source.next() }
}
