package import RotationCore
package import Scheduling

/// An operation of a command, as the message that is sent to the daemon where one runs.
package protocol ControlOperation: Codable, Sendable {
    /// The type of its answer.
    associatedtype Answer: Codable & Sendable
    /// Its path in the API: `POST /v1/PATH`.
    static var path: String { get }
    /// The right that its caller needs.
    static var right: Right { get }
    /// The largest request in bytes.
    static var sizeLimit: Int { get }

    /// The exit status if a plug-in refuses the parameters of a generator.
    static var refusal: ControlFailure.Status { get }

    /// The time-out for the checks of its generators.
    var generatorTimeout: Duration { get }
}

extension ControlOperation {
    package static var sizeLimit: Int { RequestSize.small }
    package static var refusal: ControlFailure.Status { .usage }
    package var generatorTimeout: Duration { .zero }
}

/// An answer without content: the operation succeeded.
package struct Done: Codable, Hashable, Sendable {
    package init() {}
}

/// A schedule in an answer.
package struct ScheduleBrief: Codable, Hashable, Sendable {
    package var secret: SecretName
    /// When its next rotation is due; nil for never.
    package var nextDue: Instant?

    package init(_ schedule: Schedule) {
        secret = schedule.secret
        nextDue = schedule.nextDue
    }
}
