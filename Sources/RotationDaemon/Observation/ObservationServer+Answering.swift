import HTTPTypes
import HummingbirdCore
import NIOCore
import Reporting

/// The answers of the listener.
extension ObservationServer {
    /// Answers a request: only GET and HEAD, only without a body, only for a loopback name.
    func respond(to head: HTTPRequest, _ channel: any Channel) async -> Response {
        let response = await response(to: head, channel)
        return head.method == .head ? response.createHeadResponse() : response
    }

    /// The answer with its body.
    private func response(to head: HTTPRequest, _ channel: any Channel) async -> Response {
        guard hosts.accepts(head.authority) else {
            return text(
                .misdirectedRequest,
                "use 127.0.0.1 or localhost with the port of metrics.listen\n",
                isLast: true
            )
        }
        guard !hasBody(head) else { return text(.badRequest, "no body, please\n", isLast: true) }
        guard head.method == .get || head.method == .head else {
            var refusal = text(.methodNotAllowed, "this listener is read-only\n")
            refusal.headers[.allow] = "GET, HEAD"
            return refusal
        }
        let path = head.path.map { String($0.prefix { $0 != "?" }) } ?? ""
        guard !isForeign(head, path) else { return text(.forbidden, "not for other sites\n", isLast: true) }
        // A stream of events is not begun for a head alone.
        if path == "/events", head.method == .get { return events(channel) }
        return await answer(path)
    }

    private func hasBody(_ head: HTTPRequest) -> Bool {
        head.headerFields[.transferEncoding] != nil || (head.headerFields[.contentLength] ?? "0") != "0"
    }

    /// Whether a page of another site asks: browsers say so (Fetch Metadata), other programs say nothing.
    ///
    /// A link to the page is followed.
    private func isForeign(_ head: HTTPRequest, _ path: String) -> Bool {
        let site = HTTPField.Name("Sec-Fetch-Site").flatMap { head.headerFields[$0] } ?? "none"
        let mode = HTTPField.Name("Sec-Fetch-Mode").flatMap { head.headerFields[$0] }
        return site != "none" && site != "same-origin" && !(path == "/" && mode == "navigate")
    }

    private func answer(_ path: String) async -> Response {
        switch path {
        case "/metrics":
            return response(.ok, Exposition.contentType, Exposition.text(await environment.observe().metrics))
        case "/healthz":
            return await environment.isAlive() ? text(.ok, "ok\n") : text(.serviceUnavailable, "stalled\n")
        case "/readyz":
            let obstacle = environment.obstacle()
            return text(obstacle == nil ? .ok : .serviceUnavailable, (obstacle ?? "ready") + "\n")
        case "/":
            let page = StatusPage.html(await environment.observe())
            var answer = response(.ok, "text/html; charset=utf-8", page)
            answer.headers[.contentSecurityPolicy] = StatusPage.policy
            return answer
        case "/events": return response(.ok, Self.eventStream, "")
        default: return text(.notFound, "there are /, /metrics, /healthz and /readyz\n")
        }
    }

    /// The media type of server-sent events.
    static let eventStream = "text/event-stream"

    /// - Parameter isLast: Whether the connection is closed then.
    func text(_ status: HTTPResponse.Status, _ text: String, isLast: Bool = false) -> Response {
        var answer = response(status, "text/plain; charset=utf-8", text)
        if isLast { answer.headers[.connection] = "close" }
        return answer
    }

    func response(_ status: HTTPResponse.Status, _ type: String, _ text: String) -> Response {
        Response(status: status, headers: Self.headers(type), body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// The fields of every answer: nothing is kept, guessed, framed or shared with other sites.
    static func headers(_ type: String) -> HTTPFields {
        var fields: HTTPFields = [
            .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        ]
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }
}
