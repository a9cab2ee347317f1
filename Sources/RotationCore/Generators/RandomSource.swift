import Glibc
import Synchronization

/// A source of random bits: the system in production, a seed in simulation.
package protocol RandomSource: Sendable {
    /// 64 random bits.
    func next() -> UInt64
}

/// The system's random source, `getentropy(3)`, read in blocks.
package struct SystemRandom: RandomSource {
    private static let block = RandomBlock()

    package init() {}

    package func next() -> UInt64 { Self.block.next() }
}

/// A block of random bits that were read but not used yet; used bits are overwritten.
private final class RandomBlock: Sendable {
    /// Words of a block; `getentropy(3)` hands out 256 bytes at the most.
    private static let size = 32

    private let words = Mutex<[UInt64]>([])

    func next() -> UInt64 {
        words.withLock { words in
            if let word = words.last {
                // The array keeps its storage: a removed word would stay there.
                words[words.endIndex - 1] = 0
                words.removeLast()
                return word
            }
            words.append(contentsOf: repeatElement(0, count: Self.size))
            let isFilled = words.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.map { getentropy($0, bytes.count) == 0 } ?? false
            }
            defer {
                words[words.endIndex - 1] = 0
                words.removeLast()
            }
            guard isFilled else {
                words.removeAll()
                words.append(0)
                var generator = SystemRandomNumberGenerator()
                return generator.next()
            }
            return words[words.endIndex - 1]
        }
    }
}

extension RandomSource {
    /// The source as a generator of the standard library, for example for `Int.random(in:using:)`, which is unbiased.
    package var generator: RandomSourceAdapter { RandomSourceAdapter(source: self) }
}

/// Adapts a ``RandomSource`` to the standard library's protocol.
package struct RandomSourceAdapter: RandomNumberGenerator {
    let source: any RandomSource

    package mutating func next() -> UInt64 { source.next() }
}
