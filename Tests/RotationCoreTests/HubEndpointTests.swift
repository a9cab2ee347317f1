import Foundation
import RotationCore
import Testing

struct HubEndpointTests {
    @Test(arguments: [
        ("https://aihub.instabase.com/api", "https://aihub.instabase.com/api"),
        ("https://aihub.instabase.com/api/", "https://aihub.instabase.com/api"),
        ("https://aihub.instabase.com/api///", "https://aihub.instabase.com/api"),
        ("https://aihub.instabase.com", "https://aihub.instabase.com"),
        ("https://aihub.instabase.com/", "https://aihub.instabase.com"),
        ("HTTPS://hub.example:8443/a/b", "HTTPS://hub.example:8443/a/b"),
        ("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080/api"),
        ("http://127.9.8.7/api", "http://127.9.8.7/api"),
        ("http://localhost:1/api", "http://localhost:1/api"),
        ("http://[::1]:8080/api", "http://[::1]:8080/api"),
    ])
    func rootHasNoSlashAtItsEnd(text: String, root: String) throws {
        #expect(try HubEndpoint(text).root.absoluteString == root)
    }

    @Test(arguments: [
        "aihub.instabase.com", "192.168.0.1", "10.0.0.1", "0.0.0.0", "128.0.0.1", "127.0.0.1.evil.com", "127.0.0",
        "127.1", "127.0.0.256", "127.0.0.1.", "localhost.evil.com", "evil-localhost", "[::2]", "[::ffff:127.0.0.1]",
        "127.evil.com.1", "127.0.0.+1",
    ])
    func plainHTTPIsForLoopbackOnly(host: String) {
        #expect(throws: HubEndpoint.Invalid.plainHTTP(host: host)) {
            try HubEndpoint("http://\(host)/api")
        }
    }

    @Test(arguments: [
        ("", HubEndpoint.Invalid.notAURL),
        ("aihub.instabase.com", .notAURL),
        ("/api", .notAURL),
        ("https://", .notAURL),
        ("https:///api", .notAURL),
        ("https://ho st/api", .notAURL),
        ("ftp://aihub.instabase.com", .scheme),
        ("//aihub.instabase.com", .scheme),
        ("file:///etc/passwd", .notAURL),
        ("https://user@hub.example", .extraParts),
        ("https://@hub.example", .extraParts),
        ("https://user:password@hub.example", .extraParts),
        ("https://hub.example/api?workspace=a", .extraParts),
        ("https://hub.example/api?", .extraParts),
        ("https://hub.example/api#top", .extraParts),
        ("http://127.0.0.1@hub.example/api", .plainHTTP(host: "hub.example")),
    ])
    func otherTextIsNoRoot(text: String, reason: HubEndpoint.Invalid) {
        #expect(throws: reason) { try HubEndpoint(text) }
    }

    /// SwiftNIO ends the process when it is asked for such a port.
    @Test(arguments: ["0", "65536", "99999"])
    func portIsOneThatExists(port: String) {
        #expect(throws: HubEndpoint.Invalid.self) { try HubEndpoint("https://127.0.0.1:\(port)/api") }
    }

    @Test func reasonsShowNoUserAndNoPassword() throws {
        let reason = try #require(throws: HubEndpoint.Invalid.self) {
            try HubEndpoint("https://name:password-marker@hub.example/api?key=query-marker")
        }
        #expect(reason.description == "must have no user, query or fragment")
    }
}
