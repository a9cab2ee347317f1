/// The rules of other targets for the configuration; the composition passes them to the reader.
package struct ConfigurationRules: Sendable {
    /// The hash of the file's content, for the history.
    package var hash: @Sendable (_ text: String) -> String
    /// Whether a text can be the origin of an audit log.
    package var isOrigin: @Sendable (String) -> Bool
    /// What is wrong with the URL of a witness; nil for nothing.
    package var witnessURLFault: @Sendable (String) -> String?
    /// What is wrong with the verifier key of a witness; nil for nothing.
    package var witnessKeyFault: @Sendable (String) -> String?
    /// What is wrong with the URL of a webhook; nil for nothing.
    package var webhookFault: @Sendable (String) -> String? = { _ in nil }
    /// The kinds of condition that there are notifications of.
    package var notificationKinds: [String] = []
    /// The errors about folders for public keys.
    package var publicFolderConflicts: @Sendable (Configuration) -> [String]

    package init(
        hash: @escaping @Sendable (_ text: String) -> String,
        isOrigin: @escaping @Sendable (String) -> Bool,
        witnessURLFault: @escaping @Sendable (String) -> String?,
        witnessKeyFault: @escaping @Sendable (String) -> String?,
        publicFolderConflicts: @escaping @Sendable (Configuration) -> [String]
    ) {
        (self.hash, self.isOrigin, self.publicFolderConflicts) = (hash, isOrigin, publicFolderConflicts)
        (self.witnessURLFault, self.witnessKeyFault) = (witnessURLFault, witnessKeyFault)
    }
}
