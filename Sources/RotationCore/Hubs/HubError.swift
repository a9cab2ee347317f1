/// Why an operation of the secrets API did not succeed.
///
/// It holds only classes and numbers. A hub's message may echo secrets, so it holds no text of a response, no URL and
/// no error object of a library, and may be logged and stored.
package struct HubError: Error, Equatable, Sendable {
    /// The class of the failure.
    package var kind: Kind
    /// The HTTP status, if there was a response.
    package var status: Int?
    /// The hub's ID of the request, for its operators; checked against the secrets that were sent.
    package var requestID: String?
    /// The duration of `Retry-After`.
    package var retryAfter: Duration?
    /// The host that a redirect pointed to: the hub's own or one below it; nil for any other.
    package var redirectHost: String?

    package init(
        _ kind: Kind,
        status: Int? = nil,
        requestID: String? = nil,
        retryAfter: Duration? = nil,
        redirectHost: String? = nil
    ) {
        self.kind = kind
        self.status = status
        self.requestID = requestID
        self.retryAfter = retryAfter
        self.redirectHost = redirectHost
    }

    /// The classes of failures; the raw values are stored in the database, the audit log and metrics.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// 401, also after the token was read again.
        case unauthorized
        /// 403: no consumption units, or a gateway that refuses the request.
        case forbidden
        /// 404: there is no such secret.
        case notFound = "not_found"
        /// 409: it exists already.
        case conflict
        /// Another 4xx: the request itself was refused.
        case rejected
        /// 3xx; never followed.
        case redirected
        /// 425 or 429: not now.
        case throttled
        /// 5xx or 408.
        case unavailable
        /// 2xx with a body that reports a failure: `"success": false`, an `error`, or `"status": "ERROR"`.
        case legacyError = "legacy_error"
        /// A success whose body is not an answer of the API.
        case malformed
        /// 2xx, but the hub's list does not show that the secret was updated.
        case unconfirmed
        /// No complete answer within the time-out.
        case timedOut = "timed_out"
        /// No connection was made: nothing was sent.
        case connectionFailed = "connection_failed"
        /// The connection broke after something may have been sent.
        case connectionLost = "connection_lost"
        /// TLS failed: the certificate is not trusted, or the protocol does not fit.
        case tls
        /// The token can't be read from its file: nothing was sent.
        case noToken = "no_token"
        /// The caller stopped waiting.
        case cancelled
        /// The client is closing, the hub's pause began while the request waited for its turn, or the host has no file
        /// descriptor left for a connection: nothing was sent.
        case notSent = "not_sent"
    }

    /// The effect of a failed update on the secret.
    package enum Effect: Sendable {
        /// The hub definitely still holds the old value.
        case none
        /// The hub may hold either value.
        case unknown
    }

    /// Whether a failed update may have been applied.
    package var effect: Effect {
        switch kind {
        case .unauthorized, .forbidden, .notFound, .conflict, .rejected, .redirected, .throttled: .none
        case .connectionFailed, .tls, .noToken, .notSent: .none
        case .unavailable, .legacyError, .malformed, .unconfirmed, .timedOut, .connectionLost, .cancelled: .unknown
        }
    }

    /// Whether the hub refuses lists to the token; it may still accept updates.
    package var isRefusalToList: Bool {
        switch kind {
        case .forbidden, .notFound, .rejected, .conflict: true
        default: false
        }
    }

    /// Whether sending the same request again can't help.
    package var isDefinite: Bool {
        switch kind {
        case .notFound, .conflict, .rejected, .redirected: true
        default: false
        }
    }
}

extension HubError: CustomStringConvertible {
    package var description: String {
        var text = summary
        if let status { text += " (HTTP \(status))" }
        if let requestID { text += ", request \(requestID)" }
        return text
    }

    private var summary: String {
        switch kind {
        case .unauthorized: "the hub refused the token or the context"
        case .forbidden: "the hub forbids it: consumption units may be used up"
        case .notFound: "the hub has no such secret"
        case .conflict: "the secret exists already"
        case .rejected: "the hub refused the request"
        case .redirected: "the hub redirects to \(redirectHost ?? "another host"): correct the hub's url"
        case .throttled: "the hub asks to slow down"
        case .unavailable: "the hub is unavailable"
        case .legacyError: "the hub answered 2xx with an error"
        case .unconfirmed: "the hub answered 2xx, but its list does not show the update"
        case .malformed: "the answer is not a valid answer of AI Hub"
        case .timedOut: "no answer within the time-out"
        case .connectionFailed: "no connection to the hub"
        case .connectionLost: "the connection broke before the answer"
        case .tls: "TLS failed: certificate not trusted"
        case .noToken: "the token can't be read"
        case .cancelled: "stopped before the answer"
        case .notSent: "not sent: the daemon is stopping, the hub is paused or suspended, or no file descriptor is left"
        }
    }
}
