import Testing

@testable import Notifications

/// Which URLs a webhook may have.
struct WebhookURLTests {
    @Test(arguments: [
        ("https://alerts.example.com/hooks/1?key=x", "alerts.example.com", "https://alerts.example.com"),
        ("https://Alerts.Example.com:8443", "Alerts.Example.com", "https://Alerts.Example.com:8443"),
        ("https://10.0.0.1/x", "10.0.0.1", "https://10.0.0.1"),
        ("https://[2001:db8::1]:8443/x", "2001:db8::1", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:9/x", "127.0.0.1", "http://127.0.0.1:9"),
        ("http://localhost", "localhost", "http://localhost"),
        ("http://[::1]/", "::1", "http://[::1]"),
    ])
    func urlIsRead(text: String, host: String, shown: String) throws {
        let url = try WebhookURL(text)
        #expect(url.host == host && url.text == text)
        // Without its path and query, which may be secret.
        #expect(url.description == shown)
    }

    private static let faults: [(String, WebhookURL.Invalid)] = [
        ("", .notAURL), ("alerts.example.com", .notAURL), ("https://", .notAURL), ("https:///x", .notAURL),
        ("https://a b/", .notAURL), ("https://a%2eb/", .notAURL), ("https://[fe80::1%25lo]/", .notAURL),
        ("https://h\u{E4}/", .notAURL), ("https://h:0/", .notAURL), ("https://h:70000/", .notAURL),
        ("ftp://h/", .scheme), ("file:///etc/passwd", .notAURL), ("http://alerts.example.com/", .plainHTTP),
        ("http://10.0.0.1/", .plainHTTP), ("http://127.0.0.1.example.com/", .plainHTTP),
        ("http://2130706433/", .plainHTTP),
        ("https://user@h/", .extraParts), ("https://u:p@h/", .extraParts), ("https://h/#x", .extraParts),
        ("https://169.254.169.254/latest", .refused(.linkLocal)), ("https://[fe80::1]/", .refused(.linkLocal)),
        ("https://[fd00:ec2::254]/", .refused(.metadata)), ("https://0.0.0.0/", .refused(.unspecified)),
        ("https://[::ffff:169.254.169.254]/", .refused(.linkLocal)), ("https://224.0.0.1/", .refused(.multicast)),
    ]

    @Test(arguments: faults)
    func faultIsTold(text: String, fault: WebhookURL.Invalid) {
        #expect(throws: fault) { try WebhookURL(text) }
        #expect(WebhookURL.fault(of: text) == "\(fault)")
    }
}
