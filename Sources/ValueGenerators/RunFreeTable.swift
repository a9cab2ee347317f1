import Glibc
import RotationCore

/// Counts the passwords of a policy without two equal characters in a row, by their remaining characters.
///
/// Drawing until no run occurs may take too long. The next character depends on the number of characters of each class
/// that are still required, and on the class of the last one: of that class one character fewer is possible. The table
/// has, for each such state and each number of remaining positions, the logarithm of the number of continuations, and
/// each character is drawn with its probability among all passwords of the policy.
struct RunFreeTable {
    /// `ways[r][s]`: logarithm of the number of ways to fill r positions from state s on.
    private let ways: [[Double]]
    private let classes: [(alphabet: [UInt8], minimum: Int)]
    private let length: Int

    /// The largest table; larger ones cost too much time and memory.
    private static let sizeLimit = 2_000_000

    /// Whether the table is small enough.
    static func isFeasible(_ policy: PasswordPolicy) -> Bool {
        let classes = policy.classes
        let states = classes.reduce(classes.count + 1) {
            $0.multipliedReportingOverflow(by: $1.minimum + 1).partialValue
        }
        return (0...sizeLimit / (policy.length + 1)).contains(states)
    }

    init(_ policy: PasswordPolicy) {
        classes = policy.classes
        length = policy.length
        let (sizes, minima) = (classes.map { Double($0.alphabet.count) }, classes.map(\.minimum))
        let states = minima.reduce(minima.count + 1) { $0 * ($1 + 1) }
        var ways = [(0..<states).map { $0 / (minima.count + 1) == 0 ? 0 : -Double.infinity }]
        for _ in 0..<length {
            let next = ways[ways.count - 1]
            ways.append(
                (0..<states).map { state in
                    logarithmOfSum(
                        minima.indices.map { name in
                            Self.weight(name, state, sizes, minima) + next[Self.after(name, state, minima)]
                        }
                    )
                }
            )
        }
        self.ways = ways
    }

    /// The natural logarithm of the number of passwords.
    var logarithmOfCount: Double {
        ways[length][start]
    }

    // MARK: States

    /// A state is a number whose digits are the required characters of each class, and whose last digit is the class of
    /// the last character, or the number of classes if there is none yet.
    private var start: Int {
        Self.state(classes.map(\.minimum), last: classes.count, classes.map(\.minimum))
    }

    private static func state(_ wanted: [Int], last: Int, _ minima: [Int]) -> Int {
        zip(wanted, minima).reversed().reduce(0) { $0 * ($1.1 + 1) + $1.0 } * (minima.count + 1) + last
    }

    private static func after(_ name: Int, _ state: Int, _ minima: [Int]) -> Int {
        var rest = state / (minima.count + 1)
        var wanted: [Int] = []
        for minimum in minima {
            wanted.append(rest % (minimum + 1))
            rest /= minimum + 1
        }
        wanted[name] = max(0, wanted[name] - 1)
        return Self.state(wanted, last: name, minima)
    }

    /// The natural logarithm of the number of possible next characters of a class.
    private static func weight(_ name: Int, _ state: Int, _ sizes: [Double], _ minima: [Int]) -> Double {
        log(sizes[name] - (state % (minima.count + 1) == name ? 1 : 0))
    }

    // MARK: Drawing

    /// Draws a password in place.
    func draw(into password: UnsafeMutableRawBufferPointer, using random: any RandomSource) {
        var generator = random.generator
        let (sizes, minima) = (classes.map { Double($0.alphabet.count) }, classes.map(\.minimum))
        var (state, last) = (start, -1)
        for place in 0..<length {
            let left = length - place
            var ticket = Double.random(in: 0..<1, using: &generator)
            var name = -1
            for candidate in minima.indices {
                let rest = ways[left - 1][Self.after(candidate, state, minima)]
                let share = exp(Self.weight(candidate, state, sizes, minima) + rest - ways[left][state])
                guard share > 0 else { continue }
                // After rounding the ticket may exceed the sum: then it is that of the last possible class.
                name = candidate
                ticket -= share
                if ticket < 0 { break }
            }
            let alphabet = classes[name].alphabet
            let isSame = state % (minima.count + 1) == name
            var index = Int.random(in: 0..<(alphabet.count - (isSame ? 1 : 0)), using: &generator)
            if isSame && index >= last { index += 1 }
            password[place] = alphabet[index]
            (state, last) = (Self.after(name, state, minima), index)
        }
    }
}
