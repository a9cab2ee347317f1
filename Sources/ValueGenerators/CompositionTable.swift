import Glibc
import RotationCore

/// Counts the passwords that satisfy a policy, by their number of characters of each class.
///
/// Filling the minima first and then the rest would make some passwords more likely than others; drawing again until
/// the minima hold may take too long. Therefore the counts of the classes are drawn first, with their probability among
/// all passwords of the policy, and then the characters: all passwords are equally likely (up to the rounding of
/// `Double`, 2^-50). The number of passwords with counts n₁…n_k is L!/(n₁!…n_k!)·s₁^n₁…s_k^n_k.
struct CompositionTable {
    /// `rest[k][r]`: logarithm of the weight of filling r positions with the classes from k on.
    private let rest: [[Double]]
    private let classes: [(size: Double, minimum: Int)]
    private let length: Int

    init(_ policy: PasswordPolicy) {
        length = policy.length
        classes = policy.classes.map { (Double($0.alphabet.count), $0.minimum) }
        var rest = [[Double](repeating: -.infinity, count: length + 1)]
        rest[0][0] = 0
        for (size, minimum) in classes.reversed() {
            let next = rest[0]
            let row = (0...length).map { room in
                logarithmOfSum(
                    minimum <= room
                        ? (minimum...room).map { Self.term(size, $0) + next[room - $0] } : []
                )
            }
            rest.insert(row, at: 0)
        }
        self.rest = rest
    }

    /// The natural logarithm of the number of passwords.
    var logarithmOfCount: Double {
        rest[0][length] + lgamma(Double(length) + 1)
    }

    /// Draws the number of characters of each class.
    func draw(using random: any RandomSource) -> [Int] {
        var room = length
        var generator = random.generator
        return classes.indices.map { index in
            let (size, minimum) = classes[index]
            guard index + 1 < classes.count else { return room }
            var ticket = Double.random(in: 0..<1, using: &generator)
            let total = rest[index][room]
            var count = minimum
            while count < room {
                ticket -= exp(Self.term(size, count) + rest[index + 1][room - count] - total)
                if ticket < 0 { break }
                count += 1
            }
            // After rounding the ticket may exceed the sum: never take positions that the other classes need.
            let needed = classes[(index + 1)...].reduce(0) { $0 + $1.minimum }
            count = min(count, room - needed)
            room -= count
            return count
        }
    }

    /// The logarithm of size^count / count!.
    private static func term(_ size: Double, _ count: Int) -> Double {
        Double(count) * log(size) - lgamma(Double(count) + 1)
    }
}

/// ln(Σ eˣ), without overflow.
func logarithmOfSum(_ terms: [Double]) -> Double {
    guard let largest = terms.max(), largest > -.infinity else { return -.infinity }
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
}
