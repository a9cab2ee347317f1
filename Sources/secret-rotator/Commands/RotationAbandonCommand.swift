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
            A rotation is parked if the hub refused a value after an attempt whose outcome is unknown: the hub may \
            hold the new value or the old one. A value is sent again without end if the hub answers 2xx but its list \
            shows no update. Find out which value works. Abandoning changes nothing in the hub; it erases the sealed \
            new value, and the next rotation can begin.

            If the generator has installed a credential, say which value the hub holds: --keep retires the old \
            credential, --withdraw puts it back. The rotation ends once that step has succeeded; until then another \
            decision needs --replace-decision. If the step was tried and can't succeed, repair the credential by hand, \
            and give neither option.

            If a rotation has succeeded but its generator could not retire the old credential, --keep tries that again \
            now; without --keep you state that you have retired it by hand.

            If status reports a kept candidate whose rotation the history does not know, this command erases the \
            candidate, and nothing else changes.

            Examples:
              secret-rotator rotation abandon 01a2097c-43df-7e8d-b698-110a9a37ccad --reason 'the old value works'
              secret-rotator rotation abandon 01a2097c-43df-7e8d-b698-110a9a37ccad --keep --reason 'the new one works'
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The rotation's ID, as rotation list --open shows it.", completion: .openRotation) var rotation:
        String
    @Flag(help: "Which value the hub holds.") var decision: Decision?
    @Flag(help: "Replace a decision that has not been carried out yet.") var replaceDecision = false
    @Option(help: "The reason, for the audit log.") var reason: String

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
                printText("rotation \(id): its kept candidate will be erased")
                if !isDaemonRunning { printError("no daemon runs: it is erased once it is started\n") }
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
            if !isDaemonRunning { printError("no daemon runs: \(step.rawValue) runs once it is started\n") }
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
        case .withdraw: "The hub holds the old value: put the old credential back."
        case .keep: "The hub holds the new value: retire the old credential."
        }
    }
}
