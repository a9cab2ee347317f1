import Foundation
import Reporting
import RotationCore
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// The read-only listener.
@Suite(.timeLimit(.minutes(2)))
struct ObservationServerTests {
    @Test func eachPathAnswers() async throws {
        try await ServedObservation.with { served in
            let said = try await served.run(
                """
                for path in ['/', '/metrics', '/metrics?x=1', '/healthz', '/readyz', '/nothing', '//', '/v1/ping', '/favicon.ico']:
                    status, fields, body = ask(f'GET {path}')
                    print(path, status, fields['content-type'].split(';')[0], len(body.encode()) == int(fields['content-length']))
                """
            )
            #expect(
                said == [
                    "/ 200 text/html True", "/metrics 200 text/plain True", "/metrics?x=1 200 text/plain True",
                    "/healthz 200 text/plain True", "/readyz 200 text/plain True", "/nothing 404 text/plain True",
                    "// 404 text/plain True", "/v1/ping 404 text/plain True", "/favicon.ico 404 text/plain True",
                ]
            )
        }
    }

    /// DNS rebinding: a name of another site leads to 127.0.0.1.
    @Test func otherHostsAreMisdirected() async throws {
        try await ServedObservation.with { served in
            let said = try await served.run(
                """
                good = [f'127.0.0.1:{port}', f'localhost:{port}', f'LOCALHOST:{port}', f'[::1]:{port}']
                bad = ['evil.example', f'evil.example:{port}', '127.0.0.1', 'localhost:1', f'127.0.0.1.evil.example:{port}',
                       f'x@127.0.0.1:{port}', f'127.0.0.2:{port}', '']
                print(*[ask('GET /', host)[0] for host in good])
                print(*[ask('GET /', host)[0] for host in bad])
                print('secret' in ask('GET /', 'evil.example')[2])
                """
            )
            #expect(said == ["200 200 200 200", "421 421 421 421 421 421 421 421", "False"])
        }
    }

    @Test func onlyReadsAreAllowed() async throws {
        try await ServedObservation.with { served in
            let said = try await served.run(
                """
                for method in ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']:
                    status, fields, body = ask(f'{method} /metrics')
                    print(method, status, fields.get('allow'))
                print(ask('GET /metrics', None, 'Content-Length: 3', body='abc')[0])
                print(ask('GET /metrics', None, 'Transfer-Encoding: chunked', body='0\\r\\n\\r\\n')[0])
                for path in ['/', '/metrics', '/events']:
                    status, fields, body = ask(f'HEAD {path}')
                    print(path, status, body == '', fields['content-length'] == '0')
                """
            )
            #expect(
                said == ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"].map { "\($0) 405 GET, HEAD" } + [
                    "400", "400", "/ 200 True False", "/metrics 200 True False", "/events 200 True True",
                ]
            )
        }
    }

    /// A browser says which site asks; a link to the page may be followed.
    @Test func otherSitesAreRefused() async throws {
        try await ServedObservation.with { served in
            let said = try await served.run(
                """
                for path, site, mode in [('/', 'cross-site', 'navigate'), ('/', 'same-origin', 'cors'), ('/', 'none', 'navigate'),
                                         ('/', 'cross-site', 'no-cors'), ('/metrics', 'cross-site', 'navigate'),
                                         ('/metrics', 'same-site', 'cors'), ('/events', 'cross-site', 'cors')]:
                    # A stream that was begun would not end.
                    method = 'HEAD' if path == '/events' else 'GET'
                    status, fields, body = ask(f'{method} {path}', None, f'Sec-Fetch-Site: {site}', f'Sec-Fetch-Mode: {mode}',
                                               'Origin: https://evil.example')
                    print(status, [name for name in fields if name.startswith('access-control') or name == 'set-cookie'])
                """
            )
            #expect(said == ["200 []", "200 []", "200 []", "403 []", "403 []", "403 []", "403 []"])
        }
    }

    @Test func answersAreNotKeptGuessedOrFramed() async throws {
        try await ServedObservation.with { served in
            let said = try await served.run(
                """
                for path in ['/', '/metrics', '/nothing']:
                    fields = ask(f'GET {path}')[1]
                    print(*[fields[name] for name in ['cache-control', 'x-content-type-options', 'x-frame-options',
                          'referrer-policy', 'cross-origin-resource-policy']], "default-src 'none'" in fields['content-security-policy'])
                """
            )
            #expect(said == Array(repeating: "no-store nosniff DENY no-referrer same-origin True", count: 3))
        }
    }

    @Test func healthAndReadinessAreTold() async throws {
        try await ServedObservation.with { served async throws in
            let ask = "for path in ['/healthz', '/readyz']:\n    a = ask(f'GET {path}'); print(a[0], a[2].strip())"
            #expect(try await served.run(ask) == ["200 ok", "200 ready"])
            served.state.obstacle.withLock { $0 = "behind" }
            served.state.isAlive.withLock { $0 = false }
            #expect(try await served.run(ask) == ["503 stalled", "503 behind"])
        }
    }

    /// An answer to HEAD has no body, whatever it says (RFC 9110, section 9.3.2).
    @Test func headHasNoBody() async throws {
        try await ServedObservation.with { served in
            let said = try await served.run(
                """
                for line, host in [('HEAD /', None), ('HEAD /none', None), ('HEAD /', 'other.example'), ('GET /', 'other.example')]:
                    a = ask(line, host); print(a[0], len(a[2]) > 0)
                print(ask('HEAD /', None, 'Sec-Fetch-Site: cross-site')[2] == '')
                """
            )
            #expect(said == ["200 False", "404 False", "421 False", "421 True", "True"])
        }
    }

    /// Only the daemon's user and its group may connect; another socket in the folder is left alone.
    @Test func unixSocketIsTheGroups() async throws {
        try await TemporaryFolder.with { folder async throws in
            let path = folder.file("http.sock")
            try await ServedObservation.with(socket: path) { served in
                #expect(try await served.run("print(ask('GET /metrics', 'anything')[0])") == ["200"])
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o660)
                #expect(try folder.contents().keys.allSatisfy { !$0.hasPrefix(".") })
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    /// Which one of too many is refused depends on the event loops: they take connections side by side.
    @Test func connectionsAndHeadsAreBounded() async throws {
        try await ServedObservation.with { served in
            let said = try await served.run(
                """
                import select
                # The first ones of the listener: one that has just ended may still count.
                callers = [connect() for _ in range(65)]
                closed = select.select(callers, [], [], 60)[0]
                def has_ended(caller):
                    try: return caller.recv(1) == b''
                    except ConnectionResetError: return True
                print(len(closed), *[has_ended(caller) for caller in closed])
                rest = [caller for caller in callers if caller not in closed]
                print(*[ask(caller=rest[n])[0] for n in (0, 63)])
                print(ask('GET /metrics', None, 'X: ' + 'a' * 20000)[0] in ['400', '431', 'closed'])
                """
            )
            #expect(said == ["1 True", "200 200", "True"])
        }
    }

    /// Makes three changes, each after the one before was seen.
    private static func change(_ state: ServedObservation.State) async throws {
        for number in 1...3 {
            try await eventually("it was observed") { state.observed.withLock { $0 } >= number }
            state.problems.withLock {
                $0 = [ProblemNote(kind: "k", subject: "s\(number)", since: nil, text: "t", advice: "a")]
            }
            state.changes.publish(Commit(number: Int64(number), changes: .init()))
        }
    }

    /// All sections first, then those that change; the 17th page is refused.
    @Test func changesAreSent() async throws {
        try await ServedObservation.with { served in
            async let changing: Void = Self.change(served.state)
            let said = try await served.run(
                """
                import json
                def lines(caller):
                    caller.sendall(f'GET /events HTTP/1.1\\r\\nHost: localhost:{port}\\r\\n\\r\\n'.encode())
                    for line in caller.makefile(): yield line.strip()
                stream = lines(connect())
                parts, subjects = [], set()
                for line in stream:
                    if line.lower().startswith('content-type'): print(line.lower())
                    if line.startswith('data: '):
                        event = json.loads(line[6:])
                        parts.append(event['id'])
                        if event['id'] == 'problems': subjects.add(event['html'])
                        if len(subjects) > 2: break
                print(*parts[:7])
                print(*sorted(set(parts[7:])))
                more = [lines(connect()) for _ in range(15)]
                print(*{next(one) for one in more})
                print(next(lines(connect())))
                """
            )
            try await changing
            #expect(
                said == [
                    "content-type: text/event-stream", "health problems states now days hubs log",
                    "health problems",
                    "HTTP/1.1 200 OK", "HTTP/1.1 503 Service Unavailable",
                ]
            )
        }
    }
}
