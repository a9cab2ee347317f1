/// The largest size of a request's body in bytes, by its content.
package enum RequestSize {
    /// An operation on one object.
    package static let small = 64 << 10
    /// A list of secrets' names.
    package static let names = 2 << 20
    /// An operation with a value: 45,000 characters of at most four bytes.
    package static let value = small + (192 << 10)
    /// A file of schedules.
    package static let schedules = 64 << 20

    /// Checks the size of a body.
    ///
    /// - Throws: ``ControlFailure`` if the body is too large.
    package static func check(_ count: Int, limit: Int) throws(ControlFailure) {
        guard count <= limit else {
            throw ControlFailure(
                status: .usage,
                message: "the request is too large: split it into parts of at most \(limit >> 10) KiB"
            )
        }
    }
}
