import Foundation

/// An example file of `config`: its keys, each with the comment above it, and the text with commented keys as keys.
///
/// A commented key is a line such as `# socket: /run/proxy.sock`: a key with no value, with one word, or with a list,
/// mapping or text in quotes. All other comments are prose, about the next key.
struct ExampleFile {
    /// A key of the file.
    struct Key: Hashable {
        /// Its path, such as `hubs.production.url` or `notifications[].name`.
        var path: String
        /// Its value; empty for a mapping or list on the next lines.
        var value: String
        /// The comment above it, as one line.
        var comment: String
        /// Whether it is a comment.
        var isCommentedOut: Bool
        /// Its line in ``lines``.
        var line: Int
    }

    private(set) var keys: [Key] = []
    /// The lines of the file, with commented keys as keys and without prose.
    private(set) var lines: [String] = []
    /// The mappings and lists around the current line.
    private var stack: [(indent: Int, name: String)] = []
    private var comment: [String] = []

    /// - Parameter name: The file's name in `config`.
    init(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../config")
        let text = try String(contentsOf: folder.appending(path: name).standardizedFileURL, encoding: .utf8)
        self.init(text: text)
    }

    init(text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { read(String(line)) }
    }

    /// The text without some of the keys.
    func text(without keys: [Key] = []) -> String {
        let gone = Set(keys.flatMap { block($0) })
        return lines.indices.filter { !gone.contains($0) }.map { lines[$0] }.joined(separator: "\n") + "\n"
    }

    /// The lines of a key, with all that is within it.
    func block(_ key: Key) -> Range<Int> {
        let indent = Self.indent(lines[key.line])
        let end = lines[(key.line + 1)...].firstIndex { !$0.isEmpty && Self.indent($0) <= indent }
        return key.line..<(end ?? lines.endIndex)
    }

    // MARK: Reading

    private mutating func read(_ line: String) {
        let content = line.drop { $0 == " " }
        guard content.hasPrefix("#") else {
            if content.isEmpty { comment = [] }
            return add(line, isCommentedOut: false)
        }
        let rest = content.dropFirst()
        let inner = rest.drop { $0 == " " }
        let isKey = inner.firstMatch(of: #/^(- )?[a-z_0-9]+:( (\S+|[\[{"'].*))?$/#) != nil
        guard isKey else {
            return comment.append(String(inner.drop { $0 == "#" || $0 == " " }))
        }
        let indent = String(repeating: " ", count: line.count - content.count)
        add(indent + rest.dropFirst(), isCommentedOut: true)
    }

    private mutating func add(_ line: String, isCommentedOut: Bool) {
        lines.append(line)
        guard let match = line.firstMatch(of: #/^( *)(- )?([a-z_0-9]+):(?: (.*))?$/#) else { return }
        var indent = match.1.count
        while let last = stack.last, last.indent >= indent { stack.removeLast() }
        if match.2 != nil {
            stack.append((indent, "[]"))
            indent += 2
        }
        stack.append((indent, String(match.3)))
        let path = stack.map(\.name).joined(separator: ".").replacing(".[]", with: "[]")
        keys.append(
            Key(
                path: path,
                value: String(match.4 ?? ""),
                comment: comment.joined(separator: " "),
                isCommentedOut: isCommentedOut,
                line: lines.count - 1
            )
        )
        comment = []
    }

    private static func indent(_ line: String) -> Int {
        line.prefix { $0 == " " }.count + (line.drop { $0 == " " }.hasPrefix("- ") ? 2 : 0)
    }
}
