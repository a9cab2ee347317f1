import ArgumentParser
import ControlAPI
import RotationDaemon
import RotationEngine
import RotationStore
import Scheduling

struct RotationAbandonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abandon",
        abstract: "End a parked rotation, once you know which value works.",
        discussion: """
            A rotation is parked where the hub refused a value after it may have taken it: it may hold either one. \
            Abandoning erases the sealed new value and lets the next rotation begin; it changes nothing in the hub.

            Example:
              secret-rotator rotation abandon 01a2097c-43df-7e8d-b698-110a9a37ccad --reason 'the old value works'
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The rotation's ID, as rotation list --open shows it.", completion: .openRotation) var rotation:
        String
    @Option(help: "Why, for the history.") var reason: String

    func validate() throws {
        guard RotationID(rawValue: rotation) != nil else { throw ValidationError("\(rotation) is no rotation's ID") }
    }

    func run() async throws {
        try await reportingFailures {
            guard let id = RotationID(rawValue: rotation) else { return }
            let operation = AbandonRotation(rotation: id, reason: reason)
            let secret = try await Control.perform(operation, try global.load()).answer
            print("\(secret): rotation \(id) abandoned")
        }
    }
}
