import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import RotationCore

/// Reads a hub's answers, without any text of a failure.
enum ResponseParser {
    /// The status and header fields of a response.
    struct Head: Sendable {
        var status: Int
        var headers: HTTPHeaders
        /// Decides which words of it may be kept.
        var echo: EchoCheck
        /// The requested host.
        var host: String

        /// The hub's ID of the request, if it may be kept.
        var requestID: String? {
            for name in ["x-request-id", "x-amzn-requestid", "x-correlation-id", "cf-ray"] {
                if let word = headers.first(name: name).flatMap(echo.word) { return word }
            }
            return nil
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
                error.redirectHost = headers.first(name: "location").flatMap { echo.redirectHost($0, from: host) }
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

    /// Checks that a 2xx is an answer of AI Hub: a JSON object without an error, or an empty body.
    ///
    /// A load balancer answers 200 with a page, a legacy gateway with `{"status":"ERROR","msg":…}`: then the effect of
    /// the request is unknown.
    ///
    /// - Returns: Whether the body is empty.
    static func checkForError(_ answer: Answer) throws(HubError) -> Bool {
        guard answer.body.readableBytes > 0 else { return true }
        guard let body = try? JSONDecoder().decode(CommandBody.self, from: answer.body) else {
            throw HubError(.malformed, status: answer.status, requestID: answer.requestID)
        }
        guard !body.isError else {
            throw HubError(.legacyError, status: answer.status, requestID: answer.requestID)
        }
        return false
    }

    /// The keys of a JSON object that may report a failed request; each may have any type.
    private struct CommandBody: Decodable {
        var isError = false

        private enum Key: String, CodingKey { case status, success, error, errors }

        init(from decoder: any Decoder) throws {
            let object = try decoder.container(keyedBy: Key.self)
            let status = try? object.decode(String.self, forKey: .status)
            isError = status?.uppercased() == "ERROR"
            if object.contains(.success) { isError = isError || Self.isFalse(object) }
            for key in [Key.error, .errors] where object.contains(key) {
                isError = isError || !Self.isNothing(object, key)
            }
        }

        private static func isFalse(_ object: KeyedDecodingContainer<Key>) -> Bool {
            if let truth = try? object.decode(Bool.self, forKey: .success) { return !truth }
            if let number = try? object.decode(Double.self, forKey: .success) { return number == 0 }
            let text = try? object.decode(String.self, forKey: .success)
            return text?.lowercased() != "true"
        }

        /// Whether an error key reports no error: null, false, 0, or an empty text or list.
        private static func isNothing(_ object: KeyedDecodingContainer<Key>, _ key: Key) -> Bool {
            if (try? object.decodeNil(forKey: key)) == true { return true }
            if let truth = try? object.decode(Bool.self, forKey: key) { return !truth }
            if let number = try? object.decode(Double.self, forKey: key) { return number == 0 }
            if let text = try? object.decode(String.self, forKey: key) { return text.isEmpty }
            if let list = try? object.nestedUnkeyedContainer(forKey: key) { return list.count == 0 }
            return false
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
