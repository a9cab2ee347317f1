/// Why a generator can't be configured so.
package enum InvalidPolicy: Error, Equatable, CustomStringConvertible {
    case type(String)
    case length(Int, allowed: ClosedRange<Int>)
    case negativeMinimum(CharacterClass)
    case noClasses
    case emptyClass(CharacterClass)
    case minimaExceedLength(sum: Int, length: Int)
    case symbol(Character)

    package var description: String {
        switch self {
        case .type(let type):
            "there is no generator \"\(type)\": use password, token or uuid"
        case .length(let length, let allowed):
            "\(length) is outside \(allowed.lowerBound)…\(allowed.upperBound)"
        case .negativeMinimum(let name):
            "the minimum of \(name.rawValue) is negative"
        case .noClasses:
            "no class of characters is left"
        case .emptyClass(let name):
            "class \(name.rawValue) is asked for, but all its characters are excluded"
        case .minimaExceedLength(let sum, let length):
            "the classes' minima add up to \(sum), more than the length \(length)"
        case .symbol(let symbol):
            "\(symbol.debugDescription) can't be a symbol: use ASCII punctuation, each character once"
        }
    }
}
