package import ArgumentParser
import ControlAPI
import RotationConfiguration
package import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct RotationAbandonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abandon",
        abstract: "End a rotation that can't end by itself, once you know which value works.",
        discussion: """
            A rotation is parked where the hub refused a value after it may have taken it: it may hold either one. It is \
            sent again for ever where the hub answers 2xx and its list shows no update. Look which value works. \
            Abandoning changes nothing in the hub; it erases the sealed new value and lets the next rotation begin.

            Where the generator has installed a credential, say which value the hub has: --keep retires the old \
            credential, --withdraw puts it back. The rotation ends once that is done; until then another decision \
            needs --replace-decision. If it was tried and can't be done, mend it by hand, and leave both out.

            Where a rotation has succeeded and its generator could not retire the old credential, --keep tries that \
            again at once; without it, say that you have retired it by hand.

            Where status says that a candidate is kept whose rotation the history does not know, it is given up: it is \
            erased, and nothing else changes.

            Examples:
              secret-rotator rotation abandon 01a2097c-43df-7e8d-b698-110a9a37ccad --reason 'the old value works'
              secret-rotator rotation abandon 01a2097c-43df-7e8d-b698-110a9a37ccad --keep --reason 'the new one works'
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The rotation's ID, as rotation list --open shows it.", completion: .openRotation) var rotation:
        String
    @Flag(help: "The hub has the new value, or the old one.") var decision: Decision?
    @Flag(help: "Replace a decision that has not come true yet.") var replaceDecision = false
    @Option(help: "Why, for the history.") var reason: String

    func validate() throws {
        guard RotationID(rawValue: rotation) != nil else { throw ValidationError("\(rotation) is no rotation's ID") }
    }

    func run() async throws {
        try await reportingFailures {
            guard let id = RotationID(rawValue: rotation) else { return }
            let operation = AbandonRotation(
                rotation: id,
                decision: decision,
                replacesDecision: replaceDecision,
                reason: reason
            )
            let (answer, isDaemonRunning) = try await Control.perform(operation, try global.load())
            switch answer {
            case .rotation(let secret, let outcome): try report(outcome, id, secret, isDaemonRunning: isDaemonRunning)
            case .keptCandidate:
                printText("rotation \(id): its candidate, which was kept, is given up")
                if !isDaemonRunning { printError("no daemon runs: it is erased once one is started\n") }
            }
        }
    }

    private func report(
        _ outcome: Abandonment.Outcome,
        _ id: RotationID,
        _ secret: SecretName,
        isDaemonRunning: Bool
    ) throws {
        switch outcome {
        case .ended: printText("\(secret): rotation \(id) ended")
        case .pending(let step):
            printText("\(secret): rotation \(id) ends once its generator's \(step.rawValue) has succeeded")
            if !isDaemonRunning { printError("no daemon runs: \(step.rawValue) is done once one is started\n") }
        case .stopped(let lookAt):
            let message =
                "\(secret): nothing more is sent, but an attempt may still arrive: look again after \(lookAt.rfc3339), "
                + "then decide"
            throw ControlFailure(status: .timedOut, message: message)
        }
    }
}

/// `--withdraw` or `--keep`.
extension Decision: EnumerableFlag {
    package static func help(for value: Decision) -> ArgumentHelp? {
        switch value {
        case .withdraw: "The hub has the old value: put the old credential back."
        case .keep: "The hub has the new value: retire the old credential."
        }
    }
}
