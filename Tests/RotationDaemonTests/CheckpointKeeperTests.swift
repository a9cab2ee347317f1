import Glibc
import RotationConfiguration
import RotationCore
import RotationStore
import SecretMemory
import TestSupport
import Testing
import TransparencyLog
import ValueGenerators

@testable import RotationDaemon

/// When the head of the audit log is signed, and where the checkpoints go.
@Suite(.timeLimit(.minutes(5)))
struct CheckpointKeeperTests {
    private static let entry = AuditEntry(Audit.DaemonStarted(pid: 1, landlock: 0), time: "", actor: .daemon)

    /// A store, and a keeper for it, whose key is the file `audit.key`.
    ///
    /// - Parameter audit: Keys of `audit:`, in YAML's flow style.
    private static func keeper(_ files: DaemonFolder, audit: String) throws -> (RotationStore, CheckpointKeeper) {
        try files.configure(more: "audit: {origin: o\(audit)}")
        let key = "keys: {audit: \"file:\(files.folder.file("audit.key"))\","
        try files.folder.write(files.folder.read("c.yaml").replacing("keys: {", with: key), to: "c.yaml")
        let configuration = try files.configuration()
        let store = try RotationStore(
            path: configuration.database,
            key: StagingKey(SecretFile.read(files.folder.file("staging.key"), limit: 4096)),
            origin: Host.origin(),
            clock: SystemClock(),
            random: SystemRandom(),
            generators: BuiltInGenerators()
        )
        return (store, CheckpointKeeper(store: store, logger: silent) { configuration })
    }

    /// A keeper at work on a store of its own, and the sizes that its file has.
    private static func with(
        every: String,
        _ body: @escaping @Sendable (RotationStore, @escaping @Sendable () throws -> [UInt64]) async throws -> Void
    ) async throws {
        try await withDaemonFolder { files, _ in
            let file = files.folder.file("checkpoints")
            try files.folder.write(SignedNoteKey(name: "o").fileText, to: "audit.key")
            let (store, keeper) = try keeper(files, audit: ", checkpoint_every: \(every), checkpoint_file: \(file)")
            let running = Task { await keeper.run() }
            let sizes: @Sendable () throws -> [UInt64] = {
                access(file, F_OK) == 0 ? try CheckpointFile(path: file).read().map(\.checkpoint.size) : []
            }
            try await eventually("the first head is signed") { try sizes() == [0] }
            try await body(store, sizes)
            running.cancel()
            await running.value
            await store.close()
        }
    }

    /// Without a key that can be read the head is not signed, which the health shows until it is.
    @Test func headThatIsNotSignedIsATrouble() async throws {
        try await withDaemonFolder { files, _ in
            let (store, keeper) = try Self.keeper(files, audit: "")
            #expect(keeper.trouble == nil)
            await keeper.sign()
            let since = try #require(keeper.trouble?.since)
            #expect(keeper.trouble?.text.contains(files.folder.file("audit.key")) == true)
            await keeper.sign()
            #expect(keeper.trouble?.since == since)
            try files.folder.write(SignedNoteKey(name: "o").fileText, to: "audit.key")
            await keeper.sign()
            #expect(keeper.trouble == nil)
            await store.close()
        }
    }

    private static func append(_ count: Int, _ store: RotationStore) async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<count { group.addTask { try await store.append(entry) } }
            try await group.waitForAll()
        }
    }

    /// Not sooner: the second checkpoint would have another size.
    @Test func thousandEntriesAreSigned() async throws {
        try await Self.with(every: "1d") { store, sizes in
            try await Self.append(CheckpointKeeper.entries - 1, store)
            try await store.append(Self.entry)
            try await eventually("they are signed") { try sizes() == [0, 1000] }
        }
    }

    @Test func newEntriesAreSignedAfterTheInterval() async throws {
        try await Self.with(every: "1s") { store, sizes in
            try await Self.append(3, store)
            try await eventually("they are signed") { try sizes().last == 3 }
            // Also after an interval without an entry.
            try await Self.append(1, store)
            try await eventually("the next is signed") { try sizes().last == 4 }
        }
    }

    /// An empty line between notes, a note that is cut off at the end, and other text hide no whole note.
    @Test func fileIsReadNoteByNote() throws {
        let key = try SignedNoteKey(name: "o")
        let notes = try (1...3).map { try key.signCheckpoint(size: $0, root: .emptyRoot) }
        let joined = notes[0].bytes + [0x0A] + notes[1].bytes + notes[2].bytes
        #expect(CheckpointFile.parse(joined) == notes)
        #expect(CheckpointFile.parse(notes[0].bytes + notes[1].bytes.dropLast(30)) == [notes[0]])
        #expect(CheckpointFile.parse(Array("no note\n".utf8)) == [])
    }

    /// What a power cut or a full disk has left of a note hides no other one.
    @Test func tornNoteHidesNoOther() async throws {
        let key = try SignedNoteKey(name: "o")
        let notes = try (1...2).map { try key.signCheckpoint(size: $0, root: .emptyRoot) }
        for length in 0..<notes[0].bytes.count - 1 {
            try await TemporaryFolder.with { folder in
                let path = folder.file("checkpoints")
                try folder.write(String(decoding: notes[0].bytes.prefix(length), as: UTF8.self), to: "checkpoints")
                let file = CheckpointFile(path: path)
                try file.append(notes[1])
                #expect(try file.read() == [notes[1]], "\(length) bytes are left")
            }
        }
    }
}
