/// The documentation of the audit log's events: a JSON Schema and a page, from the types of the events and their comments.
package struct AuditDocumentation {
    let schema: AuditSchema
    let comments: EventComments

    /// Reads the sources of the events.
    package init() throws {
        schema = try AuditSchema()
        comments = try EventComments()
    }
}
