/// The failure of an operation: the command's error message and exit status.
package struct ControlFailure: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// The documented exit statuses (sysexits.h) of failures.
    package enum Status: Int32, Codable, Sendable {
        case failed = 1
        case usage = 64
        case noSuchSecret = 66
        case unavailable = 69
        case inputOutput = 74
        case timedOut = 75
        case notPermitted = 77
        case configuration = 78
    }

    package var status: Status
    package var message: String

    package init(status: Status, message: String) {
        self.status = status
        self.message = message
    }

    package var description: String { message }
}
