import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Reads what a hub answers; lets nothing of a failure's text through.
enum ResponseParser {
    /// A response's first part.
    struct Head {
        var status: Int
        var headers: HTTPHeaders

        var requestID: String? {
            for name in ["x-request-id", "x-amzn-requestid", "x-correlation-id", "cf-ray"] {
                if let value = headers.first(name: name), let value = Self.sanitised(value) { return value }
            }
            return nil
        }

        /// A request ID is a short word; whatever else stands there is not kept.
        private static func sanitised(_ text: String) -> String? {
            let isWord = text.utf8.allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                    || "-_.:=/+".unicodeScalars.contains(scalar)
            }
            return isWord && (1...128).contains(text.utf8.count) ? text : nil
        }

        private var retryAfter: Duration? {
            guard let text = headers.first(name: "retry-after") else { return nil }
            let now = headers.first(name: "date").flatMap(RetryAfter.date) ?? Int64(Date().timeIntervalSince1970)
            return RetryAfter.parse(text, now: now)
        }

        func throwIfFailed() throws(HubError) {
            guard let kind = HubError.Kind(status: status) else { return }
            var error = HubError(kind, status: status, requestID: requestID)
            error.retryAfter = retryAfter
            if kind == .redirected {
                let host = headers.first(name: "location").flatMap { URLComponents(string: $0)?.host }
                error.redirectHost = host.flatMap(Self.sanitised)
            }
            throw error
        }
    }

    /// A successful response.
    struct Answer: Sendable {
        var status: Int
        var requestID: String?
        var body: ByteBuffer
    }

    /// A legacy gateway can answer 200 with `{"status":"ERROR","msg":…}`: that is a failure.
    static func checkForLegacyError(_ answer: Answer) throws(HubError) {
        guard answer.body.readableBytes > 0 else { return }
        struct Status: Decodable { var status: String? }
        // Whatever else a success says, it is one.
        guard let body = try? JSONDecoder().decode(Status.self, from: answer.body) else { return }
        guard body.status?.uppercased() != "ERROR" else {
            throw HubError(.legacyError, status: answer.status, requestID: answer.requestID)
        }
    }

    static func secrets(_ answer: Answer) throws(HubError) -> [ListedSecret] {
        try checkForLegacyError(answer)
        do {
            return try JSONDecoder().decode(List.self, from: answer.body).secrets.map(\.listed)
        } catch {
            throw HubError(.malformed, status: answer.status, requestID: answer.requestID)
        }
    }

    private struct List: Decodable {
        var secrets: [Item]
    }

    private struct Item: Decodable {
        var alias: String
        var description: String?
        var allowed_workspaces_type: String?
        var allowed_workspaces: [String]?
        var created_at: Double?
        var updated_at: Double?
        var last_updated_by: String?

        var listed: ListedSecret {
            ListedSecret(
                alias: alias,
                description: description,
                allowedWorkspacesType: allowed_workspaces_type,
                allowedWorkspaces: allowed_workspaces ?? [],
                createdAt: created_at.flatMap { Int64(exactly: $0.rounded()) },
                updatedAt: updated_at.flatMap { Int64(exactly: $0.rounded()) },
                lastUpdatedBy: last_updated_by
            )
        }
    }
}

extension HubError.Kind {
    /// The class of a status; nil for a success.
    init?(status: Int) {
        switch status {
        case 200..<300: return nil
        case 300..<400: self = .redirected
        case 401: self = .unauthorized
        case 403: self = .forbidden
        case 404: self = .notFound
        case 409: self = .conflict
        case 425, 429: self = .throttled
        case 408, 500...: self = .unavailable
        case 400..<500: self = .rejected
        default: self = .malformed
        }
    }
}
