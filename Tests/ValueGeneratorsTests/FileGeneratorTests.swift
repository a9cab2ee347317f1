import Foundation
import Glibc
import RotationCore
import SecretMemory
import TestSupport
import Testing
import ValueGenerators

/// Which files may be values, and what must be in them; openssl makes what is tested.
struct FileGeneratorTests {
    private static let context = GeneratorContext(hub: "h", alias: "a", rotation: "r")

    /// Reads a value below a folder `f` of the test's.
    private static func value(
        _ folder: TemporaryFolder,
        _ names: [String] = ["f/a"],
        expect: Set<FilePolicy.Content> = [],
        matches: String? = nil,
        validFor: Duration = .zero,
        after: TimeInterval = 0
    ) throws -> String {
        let policy = try FilePolicy(
            paths: names.map(folder.file),
            expected: expect,
            matches: matches.map(folder.file),
            validFor: validFor
        )
        let host = FileHost(folders: [folder.file("f")], protected: [folder.file("token"), folder.file("f/keys")])
        let now = Int64((Date().timeIntervalSince1970 + after) * 1000)
        return try FileSource(policy, host).read(now: now).withUTF8 { String(decoding: $0, as: UTF8.self) }
    }

    private static func with(_ body: (TemporaryFolder) throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(
                atPath: folder.file("f/live"),
                withIntermediateDirectories: true
            )
            try FileManager.default.createDirectory(atPath: folder.file("f/keys"), withIntermediateDirectories: true)
            try folder.write("token\n", to: "token")
            try folder.write("staging\n", to: "f/keys/staging")
            try folder.write("the value\n", to: "f/a")
            try body(folder)
        }
    }

    // MARK: Which files

    @Test func textIsTakenWithoutItsLastLineBreak() async throws {
        try await Self.with { folder in
            #expect(try Self.value(folder) == "the value")
            try folder.write("two\n\n", to: "f/a")
            #expect(try Self.value(folder) == "two\n")
        }
    }

    /// What leads out of the folders, or to what is the daemon's own, by whatever name.
    @Test(arguments: [
        ("f/gone", "No such file or directory"), ("outside", "is below none of generators.file_folders"),
        ("f/out", "leads out of"), ("f/absolute", "leads out of"), ("f/up", "leads out of"),
        ("f/keys/staging", "is the daemon's own"), ("f/hard", "is the daemon's own"),
        ("f/tokenlink", "is the daemon's own"), ("f/writable", "can be written by all users"),
        ("f/fifo", "is not a regular file"), ("f/live", "is not a regular file"), ("f/large", "is larger than"),
        ("f/empty", "the value is empty"), ("f/binary", "not valid UTF-8"), ("f/long", "more than 45000 characters"),
        ("f/proc", "leads out of"), ("f/nul", "contains a NUL"), ("f/nulfirst", "contains a NUL"),
        ("f/nulonly", "contains a NUL"), ("f/nullast", "contains a NUL"),
    ])
    func fileThatIsNoneIsRefused(name: String, complaint: String) async throws {
        try await Self.with { folder in
            try folder.write("elsewhere\n", to: "outside")
            symlink("../outside", folder.file("f/out"))
            symlink(folder.file("f/a"), folder.file("f/absolute"))
            symlink("..", folder.file("f/up"))
            link(folder.file("token"), folder.file("f/hard"))
            symlink("keys/staging", folder.file("f/tokenlink"))
            symlink("/proc/self/root/etc/hostname", folder.file("f/proc"))
            try folder.write("x", to: "f/writable")
            chmod(folder.file("f/writable"), 0o666)
            mkfifo(folder.file("f/fifo"), 0o600)
            try folder.write(String(repeating: "x", count: 300_000), to: "f/large")
            try folder.write("", to: "f/empty")
            try folder.write(String(repeating: "x", count: 45_001), to: "f/long")
            for (name, text) in [("nul", "a\0b\n"), ("nulfirst", "\0a"), ("nulonly", "\0"), ("nullast", "a\0\n")] {
                try folder.write(text, to: "f/\(name)")
            }
            try Data([0xFF, 0xFE]).write(to: URL(filePath: folder.file("f/binary")))
            do {
                _ = try Self.value(folder, [name])
                Issue.record("\(name) was read")
            } catch let error as FileSource.Unusable {
                #expect(error.description.contains(complaint), "\(error)")
            }
        }
    }

    /// As certbot has it: links that stay below the folder are followed.
    @Test func linkWithinTheFolderIsFollowed() async throws {
        try await Self.with { folder throws in
            symlink("../a", folder.file("f/live/key"))
            #expect(try Self.value(folder, ["f/live/key"]) == "the value")
        }
    }

    @Test(arguments: ["relative", "/f/../etc/shadow", "/f/./a", ""])
    func pathWithDotsIsRefused(path: String) {
        #expect(throws: InvalidPolicy.path(path)) { try FilePolicy(paths: [path]) }
    }

    @Test func signatureChangesWhenTheFileIsReplacedOrWritten() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("one", to: "a")
            let policy = try FilePolicy(paths: [folder.file("a")])
            let host = FileHost(folders: [folder.path], protected: [])
            let made = GeneratorSpecification.file(policy).makeGenerator(random: SystemRandom(), files: host) { 0 }
            let generator = try #require(made as? any WatchedGenerator)
            #expect(await generator.folders().contains(folder.path))
            var seen = [await generator.signature()]
            #expect(await generator.signature() == seen[0])
            try folder.write("two", to: "b")
            rename(folder.file("b"), folder.file("a"))
            seen.append(await generator.signature())
            try folder.write("three", to: "a")
            seen.append(await generator.signature())
            unlink(folder.file("a"))
            seen.append(await generator.signature())
            #expect(Set(seen).count == 4)
        }
    }

    // MARK: What is in them

    private static func openssl(_ folder: TemporaryFolder, _ line: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-euc", "cd '\(folder.path)/f'; \(line)"]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(line)")
    }

    /// A key of a kind, its certificate for two days, and a stranger's key.
    private static func makePair(_ folder: TemporaryFolder, _ kind: String = "-algorithm ed25519") throws {
        try openssl(
            folder,
            """
            openssl genpkey \(kind) -out key; openssl genpkey \(kind) -out other
            openssl req -x509 -new -key key -days 2 -subj /CN=a -out cert; chmod 600 key other cert
            """
        )
    }

    @Test(arguments: [
        "-algorithm ed25519", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
    ])
    func keyAndCertificateMustMatch(kind: String) async throws {
        try await Self.with { folder in
            try Self.makePair(folder, kind)
            let both: Set<FilePolicy.Content> = [.certificate, .privateKey]
            let joined = try Self.value(folder, ["f/key", "f/cert"], expect: both)
            #expect(joined == (try folder.read("f/key") + folder.read("f/cert")))
            _ = try Self.value(folder, ["f/key"], expect: [.privateKey], matches: "f/cert")
            _ = try Self.value(folder, ["f/cert"], expect: [.certificate], matches: "f/key")
            Self.expect("do not match") { try Self.value(folder, ["f/other", "f/cert"], expect: both) }
            Self.expect("do not match") {
                try Self.value(folder, ["f/other"], expect: [.privateKey], matches: "f/cert")
            }
            Self.expect("has no certificate") {
                try Self.value(folder, ["f/key"], expect: [.privateKey], matches: "f/other")
            }
        }
    }

    /// Old forms of keys are read, encrypted ones are not.
    @Test func traditionalKeysAreRead() async throws {
        try await Self.with { folder in
            try Self.makePair(folder, "-algorithm RSA -pkeyopt rsa_keygen_bits:2048")
            try Self.openssl(
                folder,
                "openssl rsa -in key -traditional -out old; openssl ecparam -name prime256v1 -genkey -out ec; chmod 600 old ec"
            )
            _ = try Self.value(folder, ["f/old"], expect: [.privateKey], matches: "f/cert")
            _ = try Self.value(folder, ["f/ec"], expect: [.privateKey])
            try Self.openssl(folder, "openssl pkcs8 -topk8 -in key -passout pass:x -out locked; chmod 600 locked")
            Self.expect("has a private key that can't be read") {
                try Self.value(folder, ["f/locked"], expect: [.privateKey])
            }
        }
    }

    @Test func certificateMustBeValid() async throws {
        try await Self.with { folder in
            try Self.makePair(folder)
            let read = { (after: TimeInterval, validFor: Duration) in
                try Self.value(folder, ["f/cert"], expect: [.certificate], validFor: validFor, after: after)
            }
            let day = 86_400.0
            _ = try read(0, .seconds(86_400))
            Self.expect("has expired at") { try read(2.1 * day, .zero) }
            Self.expect("is not valid before") { try read(-day, .zero) }
            Self.expect("expires too soon") { try read(1.5 * day, .seconds(86_400)) }
            // Also where only the other file has it.
            Self.expect("has expired at") {
                try Self.value(folder, ["f/key"], expect: [.privateKey], matches: "f/cert", after: 3 * day)
            }
        }
    }

    @Test func whatIsExpectedMustBeThere() async throws {
        try await Self.with { folder in
            try Self.makePair(folder)
            Self.expect("has no certificate") { try Self.value(folder, ["f/key"], expect: [.certificate]) }
            Self.expect("has no private key") { try Self.value(folder, ["f/cert"], expect: [.privateKey]) }
            Self.expect("is no PEM text") { try Self.value(folder, ["f/a"], expect: [.pem]) }
            let cut = try folder.read("f/cert").dropLast(60)
            try folder.write(String(cut), to: "f/cut")
            Self.expect("is no PEM text") { try Self.value(folder, ["f/cut"], expect: [.pem]) }
        }
    }

    private static func expect(_ complaint: String, _ body: () throws -> String) {
        do {
            _ = try body()
            Issue.record("no complaint: \(complaint)")
        } catch {
            #expect("\(error)".contains(complaint), "\(error)")
            #expect(!"\(error)".contains("BEGIN"))
        }
    }
}
