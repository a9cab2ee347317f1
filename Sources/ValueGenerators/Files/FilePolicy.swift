package import RotationCore

/// The policy of a `file` generator: the files of the value, and their required content.
package struct FilePolicy: Hashable, Sendable {
    /// Required content in PEM (RFC 7468).
    package enum Content: String, Hashable, Sendable, CaseIterable {
        /// Any certificate or private key.
        case pem
        /// A certificate that is valid now (RFC 5280, section 4.1.2.5).
        case certificate
        /// A private key.
        case privateKey = "private_key"
    }

    /// The files, absolute; several are joined in this order.
    @Exact package private(set) var paths: [String]
    /// The required content; empty for any text.
    package let expected: Set<Content>
    /// Another file, whose certificate or private key must match these files; nil for none.
    @Exact package private(set) var matches: String?
    /// The minimum remaining validity of the certificate, in whole seconds.
    package let validFor: Duration

    /// The allowed number of files.
    package static let counts = 1...8
    /// The allowed range of ``validFor``.
    package static let validities: ClosedRange<Duration> = .zero...(.seconds(366 * 86_400))

    /// - Throws: ``InvalidPolicy`` for a path that is not absolute or contains `.` or `..`, and for a check without its
    ///   required content.
    package init(
        paths: [String],
        expected: Set<Content> = [],
        matches: String? = nil,
        validFor: Duration = .zero
    ) throws(InvalidPolicy) {
        guard Self.counts.contains(paths.count) else { throw .length(paths.count, allowed: Self.counts) }
        if let bad = (paths + [matches].compactMap { $0 }).first(where: { !PathText.isPlain($0) }) { throw .path(bad) }
        guard Self.validities.contains(validFor) else { throw .validity }
        if matches != nil && expected.isEmpty { throw .unexpected("matches") }
        if validFor > .zero && !expected.contains(.certificate) { throw .unexpected("valid_for") }
        self.paths = paths
        self.expected = expected
        self.matches = matches
        self.validFor = .seconds(validFor.components.seconds)
    }

    /// All files that the generator reads.
    var allPaths: [String] { paths + [matches].compactMap { $0 } }
}

extension FilePolicy: BuiltInPolicy {
    package static let type = "file"
    package static let fileParameters = [
        GeneratorParameter(
            "path",
            .scalars(expected: "absolute path") { $0.hasPrefix("/") ? .string($0) : nil },
            example: "path: /etc/letsencrypt/live/example.com/privkey.pem"
        ),
        GeneratorParameter(
            "expect",
            .scalars(expected: "kind of content: use pem, certificate or private_key") { text in
                Content(rawValue: text).map { .string($0.rawValue) }
            },
            standard: .array([])
        ),
        GeneratorParameter("matches", .path),
        GeneratorParameter("valid_for", .duration(validities), standard: .string(SecondsText.format(.zero))),
    ]
    package static func standard() throws(InvalidPolicy) -> FilePolicy { throw .path("") }

    package init(_ parameters: PolicyParameters) throws(InvalidPolicy) {
        var expected: Set<Content> = []
        for name in try parameters.texts("expect") {
            guard let content = Content(rawValue: name) else { throw .parameter("expect") }
            expected.insert(content)
        }
        try self.init(
            paths: parameters.texts("path"),
            expected: expected,
            matches: parameters.textIfPresent("matches"),
            validFor: parameters.duration("valid_for")
        )
    }

    package var parameters: [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "path": .array(paths.map(JSONValue.string)),
            "expect": .array(expected.map(\.rawValue).sorted().map(JSONValue.string)),
            "valid_for": .string(SecondsText.format(validFor)),
        ]
        fields["matches"] = matches.map(JSONValue.string)
        return fields
    }

    package var entropy: Double? { nil }
    package var isWatched: Bool { true }
    package var filePaths: [String] { allPaths }

    package func makeGenerator(_ host: GeneratorHost) -> any ValueGenerator {
        FileGenerator(policy: self, host: host.files, clock: host.clock)
    }
}
