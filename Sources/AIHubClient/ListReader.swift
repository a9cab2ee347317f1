import Foundation
import NIOCore
import RotationCore

/// Reads a list of secrets while it arrives, item by item.
///
/// An item without a name is skipped. The memory is bounded; the length of the list is not.
struct ListReader {
    /// The largest number of bytes of names, descriptions and workspaces in memory.
    private static let limit = 16 * 1024 * 1024

    private let head: ResponseParser.Head
    /// The requested name; nil for all.
    private let alias: String?
    private var words: EchoCheck.Words
    private var scanner = ListScanner()
    private var secrets: [ListedSecret] = []
    private var size = 0
    private var readable = 0
    private var skipped = 0

    init(_ head: ResponseParser.Head, alias: String?) {
        (self.head, self.alias) = (head, alias)
        words = EchoCheck.Words(head.echo)
    }

    /// Reads the next bytes.
    mutating func read(_ bytes: [UInt8]) throws(HubError) {
        for text in scanner.read(bytes) {
            guard let text, let item = try? JSONDecoder().decode(Item.self, from: Data(text)) else {
                skipped += 1
                continue
            }
            readable += 1
            // A hub may ignore the query and list all secrets.
            if let alias, item.listed.alias != alias { continue }
            size += Self.size(of: item.listed)
            guard size <= Self.limit else { throw malformed }
            secrets.append(words.kept(item.listed))
        }
        if scanner.isTooLong { throw malformed }
    }

    /// Checks the rest of the object, without its items.
    ///
    /// - Throws: ``HubError`` also if there are items but none can be read: the list is unusable then.
    func finish() throws(HubError) -> [ListedSecret] {
        let shell = ByteBuffer(bytes: scanner.shell)
        let answer = ResponseParser.Answer(status: head.status, requestID: head.requestID, body: shell)
        guard try !ResponseParser.checkForError(answer),
            (try? JSONDecoder().decode(Shell.self, from: Data(scanner.shell))) != nil, readable > 0 || skipped == 0
        else { throw malformed }
        return secrets
    }

    private var malformed: HubError {
        HubError(.malformed, status: head.status, requestID: head.requestID)
    }

    /// The size of an item, with some bytes for its other fields.
    private static func size(of secret: ListedSecret) -> Int {
        let texts = [secret.alias, secret.description, secret.lastUpdatedBy].compactMap(\.self)
        return (texts + secret.allowedWorkspaces).reduce(128) { $0 + $1.utf8.count + 16 }
    }

    /// The list without its items.
    private struct Shell: Decodable {
        var secrets: [Nothing]

        struct Nothing: Decodable {}
    }

    private struct Item: Decodable {
        var listed: ListedSecret

        private enum Key: String, CodingKey {
            case alias, description
            case type = "allowed_workspaces_type"
            case workspaces = "allowed_workspaces"
            case createdAt = "created_at"
            case updatedAt = "updated_at"
            case updatedBy = "last_updated_by"
        }

        /// Except for the name, a field with a wrong type counts as absent.
        init(from decoder: any Decoder) throws {
            let item = try decoder.container(keyedBy: Key.self)
            listed = ListedSecret(
                alias: try item.decode(String.self, forKey: .alias),
                description: try? item.decode(String.self, forKey: .description),
                allowedWorkspacesType: try? item.decode(String.self, forKey: .type),
                allowedWorkspaces: (try? item.decode([String].self, forKey: .workspaces)) ?? [],
                createdAt: Self.milliseconds(try? item.decode(Double.self, forKey: .createdAt)),
                updatedAt: Self.milliseconds(try? item.decode(Double.self, forKey: .updatedAt)),
                lastUpdatedBy: try? item.decode(String.self, forKey: .updatedBy)
            )
        }

        /// Converts an instant to milliseconds; a number with a fraction is in seconds.
        private static func milliseconds(_ number: Double?) -> Int64? {
            guard let number, number > 0 else { return nil }
            return Int64(exactly: number) ?? Int64(exactly: (number * 1000).rounded())
        }
    }
}
