import ControlAPI
import Foundation
import Glibc
import Logging
import RotationCore
import RotationEngine
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// Lines in the journal, with fields.
@Suite(.timeLimit(.minutes(5)))
struct JournalTests {
    private static func logger(
        _ write: @escaping @Sendable (String) -> Void,
        level: Logger.Level = .trace
    ) -> Logger {
        Logger(label: "test") { _ in LineLogHandler(format: .record, level: level, write: write) }
    }

    /// Keeps what is written.
    private final class Lines: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func append(_ line: String) { kept.withLock { $0.append(line) } }
    }

    private static func fields(_ record: String) -> [String: String] {
        let pairs = record.split(separator: "\n").map { line -> (String, String) in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
        }
        return Dictionary(pairs) { first, _ in first }
    }

    @Test func recordHasItsFields() {
        let lines = Lines()
        var logger = Self.logger(lines.append)
        logger[metadataKey: "hub"] = "production"
        logger[metadataKey: "rotation"] = "0190"
        logger.warning("not\ntaken", metadata: ["alias": "db_password", "attempt": "2", "other": "x y"])
        #expect(
            lines.all.map(Self.fields) == [
                [
                    "MESSAGE": #"not\u{a}taken alias=db_password attempt=2 hub=production other="x y" rotation=0190"#,
                    "PRIORITY": "4", "SYSLOG_IDENTIFIER": "secret-rotator", "HUB": "production", "ALIAS": "db_password",
                    "SECRET": "production/db_password", "ROTATION": "0190", "ATTEMPT": "2",
                ]
            ]
        )
    }

    /// Neither a message nor a value makes a field of its own.
    @Test(arguments: ["\n", "\r\n", "\u{85}", "\u{2028}", "\u{B}"])
    func fieldCannotBeForged(newline: String) {
        let lines = Lines()
        let text = "x\(newline)SECRET=a/b\(newline)PRIORITY=0"
        Self.logger(lines.append).info("\(text)", metadata: ["hub": "\(text)", "PRIORITY": "0", "secret": "z"])
        let record = lines.all.joined()
        #expect(record.split(whereSeparator: \.isNewline).count == 4, "\(record)")
        #expect(Self.fields(record)["PRIORITY"] == "6" && Self.fields(record)["SECRET"] == nil)
    }

    @Test func recordReachesTheSocket() async throws {
        try await TemporaryFolder.with { folder async throws in
            let receiver = try UnixReceiver(folder.file("journal"), datagrams: true)
            let fallBack = Lines()
            let socket = JournalSocket(path: folder.file("journal"), fallBack: fallBack.append)
            socket.write("MESSAGE=a\nPRIORITY=5\n")
            #expect(receiver.datagrams() == ["MESSAGE=a\nPRIORITY=5\n"])
            #expect(fallBack.all.isEmpty)
        }
    }

    @Test func journalThatIsAwayIsTriedAgain() async throws {
        try await TemporaryFolder.with { folder async throws in
            let path = folder.file("journal")
            let fallBack = Lines()
            let socket = JournalSocket(path: path, fallBack: fallBack.append)
            socket.write("MESSAGE=one\nPRIORITY=3\n")
            #expect(fallBack.all == ["<3>one\n"])
            var receiver: UnixReceiver? = try UnixReceiver(path, datagrams: true)
            socket.write("MESSAGE=two\nPRIORITY=3\n")
            #expect(receiver?.datagrams() == ["MESSAGE=two\nPRIORITY=3\n"])
            receiver = nil
            // Its file is still there.
            socket.write("MESSAGE=three\nPRIORITY=3\n")
            #expect(fallBack.all == ["<3>one\n", "<3>three\n"])
            receiver = try UnixReceiver(path, datagrams: true)
            socket.write("MESSAGE=four\nPRIORITY=3\n")
            #expect(receiver?.datagrams() == ["MESSAGE=four\nPRIORITY=3\n"])
        }
    }

    /// What is too large for a datagram comes as a sealed file.
    @Test func largeRecordComesAsASealedFile() async throws {
        let program = """
            import array, fcntl, os, socket, sys
            path = sys.stdin.read().strip()
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(path)
            s.settimeout(60)
            open(path + ".ready", "w").close()
            data, files, flags, _ = socket.recv_fds(s, 1 << 20, 1)
            seals = fcntl.fcntl(files[0], 1034)
            print(len(data), len(files), seals & 15, os.lseek(files[0], 0, os.SEEK_END))
            os.lseek(files[0], 0, os.SEEK_SET)
            print(os.read(files[0], 20).decode().splitlines()[0][:10])
            """
        try await TemporaryFolder.with { folder async throws in
            let path = folder.file("journal")
            async let answer = offPool { try Python.run(program, lines: [path]) }
            try await eventually("the receiver is there") { access(path + ".ready", F_OK) == 0 }
            let record = "MESSAGE=" + String(repeating: "x", count: 1 << 20) + "\nPRIORITY=3\n"
            let fallBack = Lines()
            JournalSocket(path: path, fallBack: fallBack.append).write(record)
            #expect(fallBack.all.isEmpty)
            // F_SEAL_SEAL, _SHRINK, _GROW and _WRITE.
            #expect(try await answer == ["0 1 15 \(record.utf8.count)", "MESSAGE=xx"])
        }
    }

    // MARK: Format

    @Test func journalsStreamMustBeStandardError() async throws {
        try await TemporaryFolder.with { folder async throws in
            try folder.write("", to: "stream")
            let file = open(folder.file("stream"), O_WRONLY | O_CLOEXEC)
            defer { close(file) }
            let own = try await Self.identity(folder.file("stream"))
            let format = { (stream: String?) -> String in
                let environment = stream.map { ["JOURNAL_STREAM": $0] } ?? [:]
                return "\(LineLogHandler.automaticFormat(environment: environment, file: file))"
            }
            #expect(format(own) == "record")
            #expect(format("8:1") == "json" && format("") == "json" && format(nil) == "json")
        }
    }

    /// Device and inode, as stat(1) has them.
    private static func identity(_ path: String) async throws -> String {
        let program = "import os, sys; s = os.stat(sys.stdin.read().strip()); print(f'{s.st_dev}:{s.st_ino}')"
        return try await offPool { try Python.run(program, lines: [path]) }.joined()
    }

    // MARK: Events

    @Test func entryIsALineWithItsEvent() throws {
        let line = """
            {"actor":{"kind":"user","name":"alice","uid":1000},"alias":"db","detail":{"attempts":2,"confirmed":true,\
            "next_due":"2026-11-27T00:00:00.000Z"},"event":"rotation.succeeded","host":"h","hub":"p","rotation":"r1",\
            "seq":12,"time":"2026-11-26T00:00:00.000Z","trigger":"schedule","version":"1"}
            """
        let lines = Lines()
        EventJournal.log(line, to: Self.logger(lines.append))
        let fields = try #require(lines.all.first.map(Self.fields))
        let expected = [
            "PRIORITY": "6", "SECRET": "p/db", "HUB": "p", "ALIAS": "db", "ROTATION": "r1", "ATTEMPT": "2", "SEQ": "12",
            "EVENT": "rotation.succeeded", "MESSAGE_ID": AuditEventName.rotationSucceeded.messageID,
        ]
        for (field, value) in expected { #expect(fields[field] == value, "\(field)") }
        #expect(
            fields["MESSAGE"]
                == "rotation.succeeded actor=alice alias=db attempt=2 confirmed=true hub=p "
                + "next_due=2026-11-27T00:00:00.000Z rotation=r1 seq=12 trigger=schedule"
        )
    }

    @Test func levelOfTheLogHolds() {
        let lines = Lines()
        let line = #"{"actor":{"kind":"daemon"},"event":"EVENT","host":"h","seq":1,"time":"t","version":"1"}"#
        for event in AuditEventName.allCases {
            EventJournal.log(
                line.replacing("EVENT", with: event.rawValue),
                to: Self.logger(lines.append, level: .warning)
            )
        }
        let written = Set(lines.all.compactMap { Self.fields($0)["EVENT"] })
        #expect(written == Set(AuditEventName.allCases.filter { $0.level >= .warning }.map(\.rawValue)))
        #expect(written.contains("rotation.failed") && !written.contains("rotation.succeeded"))
    }

    /// From the daemon's first entry to its last one.
    @Test func secretTellsItsStory() async throws {
        try await withDaemonFolder { files, _ in
            try files.schedule("db_password", isDue: true)
            let receiver = try UnixReceiver(files.folder.file("journal"), datagrams: true)
            let socket = JournalSocket(path: files.folder.file("journal"))
            let writer = LogWriter(describeGap: { LineLogHandler.line(.record, gap: $0) }, write: socket.write)
            let journal = Self.logger({ writer.append($0) })
            let runtime = try await DaemonRuntime(
                configuration: files.configuration(),
                logger: journal,
                journal: journal
            )
            let running = Task { await runtime.engine.run() }
            // It is read meanwhile, as a full socket would block the writer.
            var records: [String] = []
            try await eventually("the rotation is closed") {
                records += receiver.datagrams()
                return try files.events().contains("rotation.closed")
            }
            runtime.engine.stop()
            await running.value
            await runtime.close()
            try await eventually("the last line is there") {
                records += receiver.datagrams()
                return records.contains { Self.fields($0)["EVENT"] == "daemon.stopped" }
            }
            let all = records.map(Self.fields).filter { $0["EVENT"] != nil }
            // Without the first one, which was written before it started.
            let events = try files.events().dropFirst()
            #expect(all.compactMap { $0["EVENT"] } == Array(events))
            #expect(all.compactMap { $0["SEQ"] }.compactMap { Int($0) } == Array(2...(all.count + 1)))
            let story = all.filter { $0["SECRET"] == "h/db_password" }.compactMap { $0["EVENT"] }
            #expect(story.first == "rotation.opened" && story.last == "rotation.closed", "\(story)")
            let rotations = Set(all.compactMap { $0["ROTATION"] })
            #expect(rotations.count == 1)
            // The engine's own lines about it are left to the entries.
            let others = records.map(Self.fields).filter { $0["EVENT"] == nil }.compactMap { $0["MESSAGE"] }
            #expect(others.contains { $0.hasPrefix("rotation: ") }, "\(others)")
            #expect(!others.contains { $0.contains("succeeded") || $0.contains("closed") }, "\(others)")
        }
    }

    /// A journal that reads nothing holds up neither engine nor history, and what is dropped is counted.
    @Test func journalThatDoesNotReadHoldsUpNothing() async throws {
        try await withDaemonFolder { files, _ in
            try files.schedule("db_password", isDue: true)
            // Its queue takes a few datagrams.
            let receiver = try UnixReceiver(files.folder.file("journal"), datagrams: true)
            let socket = JournalSocket(path: files.folder.file("journal"))
            let writer = LogWriter(
                limits: .init(lines: 4, bytes: 1 << 16),
                clock: SystemClock(),
                describeGap: { LineLogHandler.line(.record, gap: $0) },
                write: socket.write
            )
            let journal = Self.logger({ writer.append($0) })
            for number in 0..<2000 { journal.info("fills the queue", metadata: ["hub": "\(number)"]) }
            let runtime = try await DaemonRuntime(
                configuration: files.configuration(),
                logger: journal,
                journal: journal
            )
            let running = Task { await runtime.engine.run() }
            try await files.wait(for: "rotation.closed")
            runtime.engine.stop()
            await running.value
            await runtime.close()
            #expect(writer.health.linesDropped > 1000)
            var records: [String] = []
            try await eventually("the gap is told") {
                records += receiver.datagrams()
                return records.contains { $0.contains("log lines were dropped") }
            }
        }
    }
}
