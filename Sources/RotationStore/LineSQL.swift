/// SQL about lines of the audit log, which another program may have made no JSON.
///
/// SQLite's JSON functions end a query at such a line. Its text is parsed once for `json_valid` and what follows.
enum LineSQL {
    /// A member of the column `line`; NULL where the line lacks it, or is no JSON.
    ///
    /// - Parameter path: The member's path below the line, for example `actor.kind`.
    static func member(_ path: String) -> String {
        "CASE WHEN json_valid(line) THEN json_extract(line, '$.\(path)') END"
    }

    /// A condition on the members of the column `line`; true for a line that is no JSON: readers must see it.
    static func condition(_ text: String) -> String {
        "CASE WHEN json_valid(line) THEN \(text) ELSE 1 END"
    }
}
