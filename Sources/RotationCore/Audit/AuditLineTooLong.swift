/// An entry whose line is longer than the 65,535 bytes that an entry of the log may have: nothing is written.
package struct AuditLineTooLong: Error, Hashable, CustomStringConvertible {
    /// The kind of event.
    package var event: AuditEventName

    package init(event: AuditEventName) {
        self.event = event
    }

    package var description: String { "an entry \(event.rawValue) is longer than 65,535 bytes: it is not written" }
}
