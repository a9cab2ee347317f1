import RotationCore
import SecretMemory

/// Why a unit does not run its plug-in.
struct UnitRefusal: Error, Hashable, Sendable {
    /// Whether the step may succeed later without a change by a person.
    var isTransient: Bool
    /// A word in the form of a plug-in's reason.
    var reason: String
    /// A text for the log.
    var text: String

    init(_ reason: String, _ text: String, isTransient: Bool = false) {
        (self.isTransient, self.reason, self.text) = (isTransient, reason, text)
    }

    /// The payload: 1 or 0, the reason, a newline, the text.
    var payload: [UInt8] {
        let bytes = [isTransient ? 1 : 0] + Array("\(reason)\n\(text)".utf8)
        return Array(bytes.prefix(UnitFrame.Kind.refused.limit))
    }

    /// Reads ``payload``, strictly.
    init(_ payload: LockedBytes) throws(UnitFrame.Failure) {
        let bytes = payload.withBytes { Array($0) }
        guard let first = bytes.first, first < 2, let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            throw .payload(.refused)
        }
        let word = String(decoding: bytes[1..<end], as: UTF8.self)
        guard StepFailure.isReason(word) else { throw .payload(.refused) }
        self.init(word, String(decoding: bytes[(end + 1)...], as: UTF8.self), isTransient: first == 1)
    }

    /// The outcome of the step.
    var outcome: PlugInProcess.Outcome {
        let errors = StandardErrors(text + "\n")
        if isTransient { return .init(ending: .unavailable(reason), output: [], errors: errors) }
        // The same as from a launcher of the daemon's own.
        let output = Array("{\"reason\":\"\(reason)\"}\n".utf8)
        return .init(ending: .exited(PlugInLauncher.refused), output: output, errors: errors)
    }
}
