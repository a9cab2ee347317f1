package import RotationCore
package import Scheduling

/// Something that a command asks for, as it is sent to the daemon where one runs.
package protocol ControlOperation: Codable, Sendable {
    /// What it answers.
    associatedtype Answer: Codable & Sendable
    /// Its place in the API: `POST /v1/PATH`.
    static var path: String { get }
    /// What its caller needs.
    static var right: Right { get }
    /// The most bytes of its request.
    static var sizeLimit: Int { get }

    /// With which status a command ends whose generators are refused.
    static var refusal: ControlFailure.Status { get }

    /// How long its generators may take to be asked.
    var patience: Duration { get }
}

extension ControlOperation {
    package static var sizeLimit: Int { RequestSize.small }
    package static var refusal: ControlFailure.Status { .usage }
    package var patience: Duration { .zero }
}

/// An answer that says nothing but that it was done.
package struct Done: Codable, Hashable, Sendable {
    package init() {}
}

/// A schedule in an answer.
package struct ScheduleBrief: Codable, Hashable, Sendable {
    package var secret: SecretName
    /// When its next step is due; nil for never.
    package var nextDue: Instant?

    package init(_ schedule: Schedule) {
        secret = schedule.secret
        nextDue = schedule.nextDue
    }
}
