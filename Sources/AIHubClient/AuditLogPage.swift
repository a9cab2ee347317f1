import Foundation
import NIOCore
import NIOFoundationCompat
import RotationCore
import Scheduling

/// A page of the hub's own audit log.
///
/// Its texts are remote: only instants, valid aliases and words of a closed set are kept.
struct AuditLogPage: Sendable {
    /// As it came, to tell pages apart.
    let body: ByteBuffer
    /// The entries that record a change.
    private(set) var changes: [HubAuditEntry] = []
    /// The number of all entries.
    private(set) var count = 0
    /// Entries whose time, alias or operation can't be read.
    private(set) var unreadable = 0

    /// Reads a successful response.
    ///
    /// - Throws: `legacyError` for a 200 that reports an error, `malformed` for anything that is no page of a log.
    init(_ answer: ResponseParser.Answer, _ echo: EchoCheck) throws(HubError) {
        body = answer.body
        guard try !ResponseParser.checkForError(answer),
            let shell = try? JSONDecoder().decode(Shell.self, from: answer.body)
        else { throw HubError(.malformed, status: answer.status, requestID: answer.requestID) }
        for entry in shell.data.results {
            count += 1
            switch entry.meaning {
            case .change(let change) where echo.number(change.time.rawValue) != nil: changes.append(change)
            case .other: break
            case .change, .unreadable: unreadable += 1
            }
        }
    }

    private struct Shell: Decodable {
        var data: Results

        struct Results: Decodable {
            var results: [Entry]
        }
    }

    /// One entry, of which any field may be missing or of another type.
    private struct Entry: Decodable {
        private var time: Instant?
        private var alias: SecretAlias?
        private var operation: String?

        private enum Key: String, CodingKey {
            case time = "timestamp_millis"
            case alias, operation
        }

        init(from decoder: any Decoder) throws {
            guard let fields = try? decoder.container(keyedBy: Key.self) else { return }
            let text = try? fields.decode(String.self, forKey: .time)
            let number = text.flatMap { Int64($0) } ?? (try? fields.decode(Int64.self, forKey: .time))
            if let number, Instant.range.contains(number) { time = Instant(milliseconds: number) }
            alias = (try? fields.decode(String.self, forKey: .alias)).flatMap(SecretAlias.init)
            operation = (try? fields.decode(String.self, forKey: .operation))?.lowercased()
        }

        enum Meaning {
            case change(HubAuditEntry)
            /// It changes nothing.
            case other
            case unreadable
        }

        /// What the entry records; a word that is not known is not guessed at.
        var meaning: Meaning {
            guard let time, let alias, let operation else { return .unreadable }
            switch operation {
            case "create", "created": return .change(HubAuditEntry(time: time, alias: alias, operation: .create))
            case "update", "updated": return .change(HubAuditEntry(time: time, alias: alias, operation: .update))
            case "delete", "deleted": return .change(HubAuditEntry(time: time, alias: alias, operation: .delete))
            case "list", "get", "read", "view": return .other
            default: return .unreadable
            }
        }
    }
}
