/// What other targets know of a configuration's keys; the composition hands it to the reader.
package struct ConfigurationRules: Sendable {
    /// Names the content of the file in the history.
    package var hash: @Sendable (_ text: String) -> String
    /// Whether a text can be the origin of an audit log.
    package var isOrigin: @Sendable (String) -> Bool
    /// Why folders for public keys can't be used, one line for each.
    package var publicFolderConflicts: @Sendable (Configuration) -> [String]

    package init(
        hash: @escaping @Sendable (_ text: String) -> String,
        isOrigin: @escaping @Sendable (String) -> Bool,
        publicFolderConflicts: @escaping @Sendable (Configuration) -> [String]
    ) {
        (self.hash, self.isOrigin, self.publicFolderConflicts) = (hash, isOrigin, publicFolderConflicts)
    }
}
