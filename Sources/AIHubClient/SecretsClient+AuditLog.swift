import NIOCore
package import RotationCore
package import Scheduling

/// The hub's own audit log, by `POST /v1/auditlogs`.
extension SecretsClient: HubAuditAPI {
    /// The vendor's names for the log of secrets: since release 25.34, and before.
    private static let logTypes = ["org_secrets_v2", "org_secret"]
    /// The number of entries that are asked for at a time.
    static let pageSize = 100
    /// The number of pages that are read at most.
    static let pageLimit = 100

    /// Reads the log by the first name under which there are entries.
    package func auditLog(from start: Instant, to end: Instant) async throws(HubError) -> HubAuditAnswer {
        var answer: HubAuditAnswer?
        for type in Self.logTypes {
            do {
                let log = try await auditLog(type, from: start, to: end)
                guard log.count == 0 else { return .log(log) }
                answer = .log(log)
            } catch {
                guard error.isWithoutAuditLog else { throw error }
                // An empty log under one name says more than a refusal of the other.
                if answer == nil { answer = .notAvailable(error.kind, status: error.status) }
            }
        }
        return answer ?? .notAvailable(.notFound, status: nil)
    }

    private func auditLog(_ type: String, from start: Instant, to end: Instant) async throws(HubError) -> HubAuditLog {
        var (log, seen) = (HubAuditLog(), Set<HubAuditEntry>())
        var last: AuditLogPage?
        for number in 0..<Self.pageLimit {
            let body = JSONBody.auditLog(type, from: start, to: end, skipping: number * Self.pageSize)
            let page = try await auditLogPage(body, using: try await permit())
            // A hub that knows no paging answers the same for ever.
            if page.count > 0, page.body == last?.body { break }
            last = page
            log.count += page.count
            log.unreadable += page.unreadable
            log.changes += page.changes.filter { seen.insert($0).inserted }
            guard page.count >= Self.pageSize else { return log }
        }
        log.isCut = true
        return log
    }
}

extension HubError {
    /// Whether it says that the organization has no audit log, or that the token may not read it.
    fileprivate var isWithoutAuditLog: Bool {
        switch kind {
        case .notFound, .forbidden, .rejected, .legacyError: true
        default: false
        }
    }
}

extension JSONBody {
    /// The question for a page of the log.
    fileprivate static func auditLog(
        _ type: String,
        from start: Instant,
        to end: Instant,
        skipping count: Int
    ) -> ByteBuffer {
        var body = JSONBody(capacity: 256)
        body.field("log_type", type)
        body.field("start", count)
        body.field("size", SecretsClient.pageSize)
        body.field("start_time", String(start.rawValue))
        body.field("end_time", String(end.rawValue))
        return body.finish()
    }
}
