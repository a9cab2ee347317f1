import RotationCore

/// Why a generator's parameters are invalid.
package enum InvalidPolicy: Error, Equatable, CustomStringConvertible {
    case type(String)
    case length(Int, allowed: ClosedRange<Int>)
    case negativeMinimum(CharacterClass)
    case noClasses
    case emptyClass(CharacterClass)
    case minimaExceedLength(sum: Int, length: Int)
    case symbol(Character)
    case command(String)
    case variable(String)
    /// A variable of each plug-in, or one that it must not have.
    case reservedVariable(String)
    case timeout
    case runs
    case tooManyMinima
    case path(String)
    case template(String)
    case validity
    case unexpected(String)
    /// A parameter that is missing or has a wrong type.
    case parameter(String)

    package var description: String {
        switch self {
        case .type(let type):
            "there is no generator \"\(type)\": use \(Self.kinds)"
        case .command(let name):
            "\(name.debugDescription) is no plug-in: give the name of a file in the generators directory"
        case .variable(let name):
            "\(name.debugDescription) can't be passed to a plug-in: give names of environment variables"
        case .reservedVariable(let name) where name.hasPrefix("LD_"):
            "\(name.debugDescription) controls the dynamic linker and can't be passed to a plug-in"
        case .reservedVariable("CREDENTIALS_DIRECTORY"):
            "\"CREDENTIALS_DIRECTORY\" is set by systemd for a plug-in's own unit and can't be passed"
        case .reservedVariable(let name):
            "\(name.debugDescription) is set by the daemon and can't be passed"
        case .runs:
            "with no_runs no password of this length is possible"
        case .tooManyMinima:
            "with no_runs the minima and the length are too large"
        case .path(let path):
            "\(path.debugDescription) is no absolute path without dots"
        case .validity:
            "valid_for is outside 0s to 366d"
        case .unexpected(let key):
            "\(key) tests a certificate: say so, with expect: certificate"
        case .parameter(let key):
            "\(key) is missing or has a wrong type"
        case .template(let text):
            "the template: \(text)"
        case .timeout:
            "a step's time-out is outside 1s to 1h"
        case .length(let length, let allowed):
            "\(length) is outside \(allowed.lowerBound)…\(allowed.upperBound)"
        case .negativeMinimum(let name):
            "the minimum of \(name.rawValue) is negative"
        case .noClasses:
            "no class of characters is left"
        case .emptyClass(let name):
            "class \(name.rawValue) is required, but all its characters are excluded"
        case .minimaExceedLength(let sum, let length):
            "the classes' minima add up to \(sum), more than the length \(length)"
        case .symbol(let symbol):
            "\(symbol.debugDescription) can't be a symbol: use ASCII punctuation, each character once"
        }
    }

    /// The names of all types, for messages.
    private static var kinds: String {
        let names = BuiltInGenerators.kinds.map { $0.type }
        return names.dropLast().joined(separator: ", ") + (names.last.map { " or \($0)" } ?? "")
    }
}
