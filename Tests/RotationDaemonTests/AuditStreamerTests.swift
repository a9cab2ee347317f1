import Foundation
import Glibc
import RotationConfiguration
import RotationCore
import Scheduling
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// The stream of entries to a receiver that comes and goes.
@Suite(.timeLimit(.minutes(5)))
struct AuditStreamerTests {
    /// A history, its stream, and a folder with the receiver's socket.
    private final class Site: Sendable {
        let folder: TemporaryFolder
        let stream = CommitStream(position: 0, capacity: 64)
        let log = LogSink()
        let standing = StreamStanding()
        private let lines = Mutex<[Commit.Entry]>([])

        init(_ folder: TemporaryFolder) { self.folder = folder }

        var socket: String { folder.file("s") }
        var position: StreamPosition { StreamPosition(database: folder.file("d")) }
        var all: [String] { lines.withLock { $0.map(\.line) } }

        func append(_ count: Int, size: Int = 0) {
            var changes = Commit.Changes()
            lines.withLock { lines in
                for _ in 0..<count {
                    let seq = lines.count + 1
                    let filler = String(repeating: "x", count: size)
                    let line =
                        #"{"actor":{"kind":"daemon"},"alias":"\#(filler)","event":"daemon.started","host":"h","seq":\#(seq),"#
                        + #""time":"t","version":"1"}"#
                    lines.append(.init(seq: Int64(seq), line: line))
                    changes.entries.append(.init(seq: Int64(seq), line: line))
                }
            }
            stream.publish(Commit(number: stream.position + 1, changes: changes))
        }

        /// Puts another history in its place.
        func replace() { lines.withLock { lines in for index in lines.indices { lines[index].line += " " } } }

        @Sendable func read(_ after: Int64, _ limit: Int) -> [Commit.Entry] {
            lines.withLock { lines in Array(lines.lazy.filter { $0.seq > after }.prefix(limit)) }
        }

        func streamer(_ format: Configuration.AuditStream.Format) -> AuditStreamer {
            AuditStreamer(
                settings: .init(socket: socket, format: format),
                stream: stream,
                read: read,
                position: position,
                standing: standing,
                logger: log.logger,
                pauses: .milliseconds(5) ... .milliseconds(20)
            )
        }

        /// Runs a streamer while a closure runs.
        func streaming(
            _ format: Configuration.AuditStream.Format = .jsonl,
            _ body: () async throws -> Void
        ) async throws {
            let streamer = streamer(format)
            let running = Task { await streamer.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            running.cancel()
            await running.value
            try result.get()
        }
    }

    private static func with(_ body: (Site) async throws -> Void) async throws {
        try await TemporaryFolder.with { try await body(Site($0)) }
    }

    /// Reads until there are so many messages.
    private static func receive(_ count: Int, _ receiver: UnixReceiver, counted: Bool = false) async throws -> [String]
    {
        var all: [String] = []
        try await eventually("\(count) messages are there") {
            receiver.read()
            all += receiver.messages(counted: counted)
            return all.count >= count
        }
        return all
    }

    @Test func linesAreTheLogs() async throws {
        try await Self.with { site in
            site.append(300)
            let receiver = try UnixReceiver(site.socket, datagrams: false)
            try await site.streaming { () async throws in
                #expect(try await Self.receive(300, receiver) == site.all)
                site.append(2)
                #expect(try await Self.receive(2, receiver) == site.all.suffix(2))
            }
        }
    }

    @Test func syslogMessagesAreCounted() async throws {
        try await Self.with { site in
            site.append(3)
            let receiver = try UnixReceiver(site.socket, datagrams: false)
            try await site.streaming(.rfc5424) { () async throws in
                let expected = site.all.compactMap { SyslogMessage.text(line: $0) }
                #expect(try await Self.receive(3, receiver, counted: true) == expected)
            }
        }
    }

    @Test(arguments: [Configuration.AuditStream.Format.rfc5424, .jsonl])
    func eachMessageIsADatagram(format: Configuration.AuditStream.Format) async throws {
        try await Self.with { site in
            site.append(200, size: 1000)
            let receiver = try UnixReceiver(site.socket, datagrams: true)
            try await site.streaming(format) { () async throws in
                var all: [String] = []
                try await eventually("all are there") {
                    all += receiver.datagrams()
                    return all.count >= 200
                }
                #expect(all == site.all.map { format == .jsonl ? $0 : SyslogMessage.text(line: $0) ?? "" })
            }
        }
    }

    /// An entry may have 65,535 bytes.
    @Test(arguments: [true, false])
    func largestEntryFits(datagrams: Bool) async throws {
        try await Self.with { site in
            site.append(3, size: 65_000)
            let receiver = try UnixReceiver(site.socket, datagrams: datagrams)
            try await site.streaming { () async throws in
                var all: [String] = []
                try await eventually("all are there") {
                    receiver.read()
                    all += datagrams ? receiver.datagrams() : receiver.messages(counted: false)
                    return all.count >= 3
                }
                #expect(all == site.all)
            }
        }
    }

    @Test func receiverThatComesLaterGetsAll() async throws {
        try await Self.with { site in
            site.append(5)
            try await site.streaming { () async throws in
                try await eventually("it is missed") {
                    site.log.lines.contains { $0.contains("waits for its receiver") }
                }
                let trouble = try #require(site.standing.trouble(at: SystemClock().now))
                #expect(trouble.text.contains(site.socket), "\(trouble)")
                let receiver = try UnixReceiver(site.socket, datagrams: false)
                #expect(try await Self.receive(5, receiver) == site.all)
                try await eventually("that is told") { site.log.lines.contains { $0.contains("is back") } }
                // Not even later: all is read.
                try await eventually("all is read") {
                    site.standing.trouble(at: SystemClock().now.advanced(by: .seconds(3600))) == nil
                }
                #expect(site.log.lines.count { $0.contains("waits for its receiver") } == 1)
            }
        }
    }

    /// What the receiver had not read when it ended comes again: nothing is missing.
    @Test(arguments: [1, 100, 5000, 20_000])
    func receiverThatEndsWithUnreadBytesGetsThemAgain(bytes: Int) async throws {
        try await Self.with { site in
            site.append(200)
            var first: [String] = []
            try await site.streaming { () async throws in
                let receiver = try UnixReceiver(site.socket, datagrams: false)
                try await eventually("it has connected") { receiver.isConnected }
                var left = bytes
                try await eventually("some bytes are read") {
                    let before = left
                    receiver.read(atMost: min(left, 4096))
                    left -= min(before, 4096)
                    return left <= 0
                }
                first += receiver.messages(counted: false)
                receiver.end()
                let next = try UnixReceiver(site.socket, datagrams: false)
                var second: [String] = []
                try await eventually("the last one is there") {
                    next.read()
                    second += next.messages(counted: false)
                    return second.last == site.all.last
                }
                #expect(Set(first + second) == Set(site.all), "\(first.count) and \(second.count)")
                // In order, from an entry that was read on.
                #expect(second == Array(site.all.suffix(second.count)))
            }
        }
    }

    @Test func restartGoesOnWhereTheReceiverWas() async throws {
        try await Self.with { site in
            let receiver = try UnixReceiver(site.socket, datagrams: false)
            site.append(10)
            try await site.streaming { () async throws in
                #expect(try await Self.receive(10, receiver) == site.all)
                try await eventually("that is kept") { site.position.read()?.seq == 10 }
            }
            receiver.end()
            site.append(5)
            let next = try UnixReceiver(site.socket, datagrams: false)
            try await site.streaming { () async throws in #expect(try await Self.receive(5, next) == site.all.suffix(5))
            }
        }
    }

    @Test func anotherHistoryIsSentFromItsBeginning() async throws {
        try await Self.with { site in
            site.append(10)
            let receiver = try UnixReceiver(site.socket, datagrams: false)
            try await site.streaming { () async throws in
                _ = try await Self.receive(10, receiver)
                try await eventually("that is kept") { site.position.read()?.seq == 10 }
            }
            receiver.end()
            site.replace()
            let next = try UnixReceiver(site.socket, datagrams: false)
            try await site.streaming { () async throws in #expect(try await Self.receive(10, next) == site.all) }
            #expect(site.log.lines.contains { $0.contains("another one than before") })
        }
    }

    @Test func olderHistoryIsSentFromItsBeginning() async throws {
        try await Self.with { site in
            site.append(3)
            try site.position.write(.init(seq: 9, hash: "0123456789abcdef"))
            let receiver = try UnixReceiver(site.socket, datagrams: false)
            try await site.streaming { () async throws in #expect(try await Self.receive(3, receiver) == site.all) }
            #expect(site.log.lines.contains { $0.contains("older than before") })
        }
    }

    @Test func positionIsReadAsItWasWritten() async throws {
        try await Self.with { site in
            #expect(site.position.read() == nil)
            for seq in [Int64(1), 99, .max, 7] {
                let content = StreamPosition.Content(Commit.Entry(seq: seq, line: "line \(seq)"))
                try site.position.write(content)
                #expect(site.position.read() == content)
            }
            for text in ["", "x", "0 a", "-1 a", "1", "1 a b"] {
                try site.folder.write(text, to: "d.stream")
                #expect(site.position.read() == nil, "\(text)")
            }
        }
    }

    /// A receiver that reads nothing costs the writer of the history nothing, and misses nothing.
    @Test func slowReceiverHoldsUpNothing() async throws {
        try await Self.with { site in
            let receiver = try UnixReceiver(site.socket, datagrams: false)
            try await site.streaming { () async throws in
                let begun = ContinuousClock.now
                for _ in 0..<2000 { site.append(1, size: 1000) }
                #expect(ContinuousClock.now - begun < .seconds(20))
                try await eventually("it does not read") {
                    site.standing.trouble(at: SystemClock().now.advanced(by: StreamStanding.patience)) != nil
                }
                #expect(try await Self.receive(2000, receiver) == site.all)
            }
        }
    }
}
