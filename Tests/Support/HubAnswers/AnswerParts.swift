/// Status lines.
enum AnswerStatus {
    static func make(_ random: inout SplitMix64) -> [UInt8] {
        let version = random.chance(1, in: 6) ? random.one(of: versions) : "HTTP/1.1"
        return Array("\(version) \(code(&random)) ".utf8) + reason(&random)
    }

    private static let versions = [
        "HTTP/1.0", "HTTP/0.9", "HTTP/1.9", "HTTP/2.0", "HTTP/2", "HTTP/11.1", "http/1.1", "ICY", "", "HTTP/1.1 ",
        "RTSP/1.0",
    ]
    private static let odd = ["", "2", "20", "2000", "-20", "+200", "2 0", "0x1", "99999999999999999999", "２００", "NaN"]

    private static func code(_ random: inout SplitMix64) -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: digits(Int.random(in: 0..<100, using: &random))
        case 1: digits(Int.random(in: 100..<200, using: &random))
        case 2: digits(Int.random(in: 600..<1000, using: &random))
        case 3: random.one(of: odd)
        case 4: random.one(of: ["204", "205", "304", "101", "408", "421", "425", "429", "503"])
        default: digits(Int.random(in: 200..<600, using: &random))
        }
    }

    private static func digits(_ number: Int) -> String {
        String(String(number + 1000).suffix(3))
    }

    private static func reason(_ random: inout SplitMix64) -> [UInt8] {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: []
        case 1: Array(repeating: UInt8(ascii: "r"), count: Int.random(in: 0..<100_000, using: &random))
        case 2: (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }
        default: Array("Reason".utf8)
        }
    }
}

/// Header fields.
enum AnswerFields {
    /// One field; those that change how a body ends make an answer odd.
    static func make(_ random: inout SplitMix64, isOdd: inout Bool) -> (name: String, value: [UInt8]) {
        guard random.chance(1, in: 10) else {
            let field = random.one(of: plain)
            return (field.0, Array(field.1.utf8))
        }
        isOdd = true
        let field = random.one(of: odd)
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return (field.0, Array(repeating: 0x61, count: Int.random(in: 0..<200_000, using: &random)))
        case 1: return (field.0, (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) })
        case 2: return ("X-Many: 1\r\n" + String(repeating: "X-Many: 1\r\n", count: 3000) + "X-Last", [0x31])
        case 3: return (String(repeating: "n", count: Int.random(in: 0..<100_000, using: &random)), [0x31])
        default: return (field.0, Array(field.1.utf8))
        }
    }

    private static let far = String(repeating: "9", count: 40)
    private static let plain = [
        ("Content-Type", "application/json"), ("Server", "hub"), ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("X-Request-ID", "7f3c-11"), ("CF-RAY", "8f-FRA"),
        ("X-Request-ID", HubAnswerRun.value), ("X-Request-ID", HubAnswerRun.token), ("CF-RAY", "id-be-sent-9"),
        ("Retry-After", "1"), ("Set-Cookie", "a=b; Secure"),
        ("Vary", "*"),
    ]
    private static let odd = [
        ("Connection", "close"), ("Connection", "keep-alive, close"), ("Connection", "upgrade"), ("Upgrade", "h2c"),
        ("Connection", ",,,"), ("Content-Encoding", "gzip"), ("Content-Encoding", "br, deflate"), ("Trailer", "X-A"),
        ("Transfer-Encoding", "gzip, chunked"), ("Transfer-Encoding", "chunked, gzip"), ("Content-Length", "7"),
        ("", "none"),
        ("X A", "1"), ("X-\u{00E9}", "1"), ("X-Folded", "a\r\n b\r\n\tc"), ("no colon\r\nX", "1"), ("X-Null", "a\0b"),
        ("Retry-After", far), ("Retry-After", "-1"), ("Retry-After", "Fri, 31 Dec 9999 23:59:60 GMT"),
        ("Retry-After", "Sun Nov  6 08:49:37 \(far)"), ("Retry-After", "Sun, 00 Nov -1 99:99:99 GMT"), ("Date", far),
        ("Date", "Mon, 01 Jan 0000 00:00:00 GMT"), ("Location", "http://[::1"), ("Location", "//evil.example/%00"),
        ("Location", "https://" + String(repeating: "a", count: 70_000)), ("Location", "\u{202E}://x"),
        ("Location", ""),
        ("X-Request-ID", "a b"), ("X-Request-ID", String(repeating: "x", count: 65)), ("Keep-Alive", "timeout=\(far)"),
        ("Proxy-Authenticate", "Basic"), ("WWW-Authenticate", "Bearer"), ("Alt-Svc", "h3=\":443\""), ("Age", "-1"),
    ]
}

/// Bodies.
enum AnswerBody {
    static func make(_ random: inout SplitMix64) -> [UInt8] {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: []
        case 1: (0..<100).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 2: nested(&random)
        case 3: Array(repeating: UInt8(ascii: " "), count: Int.random(in: 0..<300_000, using: &random))
        case 4...10: list(&random)
        default: Array(random.one(of: texts).utf8)
        }
    }

    private static func nested(_ random: inout SplitMix64) -> [UInt8] {
        let open = random.one(of: ["[", "{\"a\":", "{\"secrets\":[", "[{\"error\":"])
        return Array(String(repeating: open, count: Int.random(in: 1..<20_000, using: &random)).utf8)
    }

    /// A list whose items have values of all types.
    private static func list(_ random: inout SplitMix64) -> [UInt8] {
        let keys = [
            "alias", "description", "allowed_workspaces_type", "allowed_workspaces", "created_at", "updated_at",
            "last_updated_by", "alias", "updated_at",
        ]
        let items = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
            let fields = keys.compactMap { key in
                random.chance(1, in: 8) ? nil : "\"\(key)\":\(random.one(of: values))"
            }
            return random.chance(1, in: 10) ? random.one(of: values) : "{\(fields.joined(separator: ","))}"
        }
        let list = random.chance(1, in: 20) ? random.one(of: values) : "[\(items.joined(separator: ","))]"
        return Array("{\"secrets\":\(list)}".utf8)
    }

    private static let values = [
        "\"a\"", "\"u-1\"", "1795433172123", "1.25", "1e308", "-1e308", "1e999", "-0", "9223372036854775807", "1e-400",
        "9223372036854775808", "0.1e18", "null", "true", "[]", "{}", "[\"w\",7]", "[[]]", "\"\\ud800\"", "\"\\u0000\"",
        "\"\"",
        "\"\u{202E}\u{009B}2J\"", "\"\\udc00\\ud800\"", "01", "NaN", "\"" + String(repeating: "l", count: 5000) + "\"",
    ]
    private static let texts = [
        "{}", "{}", "{}", "{\"status\":\"OK\"}", "{\"status\":\"ERROR\",\"msg\":\"m\"}", "{\"success\":false}", "null",
        "[]",
        "{\"success\":1e999}", "{\"error\":{\"code\":7}}", "{\"errors\":[[]]}", "{\"a\":1,\"a\":2}",
        "<html>sorry</html>", "{",
        "\u{FEFF}{}", "{\"secrets\":null}", "\"", "{\"\\u0000\":0}", "tru", "-", "1e", "{\"error\":1e999}", "[1,]",
        "\0\0",
    ]
}
