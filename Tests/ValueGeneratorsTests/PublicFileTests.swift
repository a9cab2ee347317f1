import Foundation
import Glibc
import RotationCore
import SecretMemory
import TestSupport
import Testing
import ValueGenerators

/// The public half of a key pair: which file it may be written to, and what it may replace.
struct PublicFileTests {
    /// A folder `p` for public keys, with a generator that writes to a file in it.
    private struct Place {
        let folder: TemporaryFolder
        var context = GeneratorContext(hub: "h", alias: "a", rotation: "r1")

        init(_ folder: TemporaryFolder) throws {
            self.folder = folder
            try FileManager.default.createDirectory(
                atPath: folder.file("p/sub"),
                withIntermediateDirectories: true
            )
            try folder.write("token\n", to: "token")
        }

        func generator(_ name: String, folders: [String] = ["p"]) throws -> any ValueGenerator {
            let host = FileHost(
                folders: [],
                publicFolders: folders.map(folder.file),
                protected: [folder.file("token"), folder.file("p/own")]
            )
            return GeneratorSpecification.keyPair(try KeyPairPolicy(publicFile: folder.file(name)))
                .makeGenerator(random: SystemRandom(), files: host) { 0 }
        }

        /// Makes a pair and installs its public half.
        func rotate(_ name: String, as rotation: String) async throws -> GeneratedValue {
            let generator = try generator(name)
            var context = context
            context.rotation = rotation
            let made = try await generator.generate(context)
            for _ in 0..<2 { try await generator.perform(.install, made, context) }
            return made
        }

        /// Why a generator's step is refused; nil where it is not.
        func refusal(_ body: () async throws -> Void) async -> String? {
            do {
                try await body()
                return nil
            } catch GeneratorError.permanent(_, let explanation) {
                return explanation
            } catch {
                return "\(error)"
            }
        }
    }

    private static func with(_ body: @escaping @Sendable (Place) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in try await body(try Place(folder)) }
    }

    /// What openssl reads of a public key's file, and makes of a private key.
    private static let openssl = """
        import subprocess, sys
        run = lambda *a, **k: subprocess.run(['openssl', 'pkey', *a], capture_output=True, **k).stdout
        half = run('-pubout', input=sys.stdin.buffer.read())
        print(half == run('-pubin', '-in', sys.argv[1], '-pubout') and half != b'')
        """

    private static func isPublicHalf(of made: GeneratedValue, _ file: String) throws -> Bool {
        let lines = made.value.withUTF8 { String(decoding: $0, as: UTF8.self) }.split(separator: "\n").map(String.init)
        let program = openssl.replacing("sys.argv[1]", with: "'\(file)'")
        return try Python.run(program, lines: lines) == ["True"]
    }

    /// The file is PEM that openssl reads; each rotation replaces it, and a withdrawal puts the one before back.
    @Test func publicHalfIsInstalledReplacedAndWithdrawn() async throws {
        try await Self.with { place in
            let file = place.folder.file("p/sub/key.pub")
            let first = try await place.rotate("p/sub/key.pub", as: "r1")
            #expect(try Self.isPublicHalf(of: first, file))
            let before = try place.folder.read("p/sub/key.pub")
            #expect(before.hasPrefix("# made by secret-rotator for h/a, which replaces it; SHA-256 of what follows: "))
            let second = try await place.rotate("p/sub/key.pub", as: "r2")
            #expect(try Self.isPublicHalf(of: second, file))
            let generator = try place.generator("p/sub/key.pub")
            for _ in 0..<2 { try await generator.perform(.withdraw, second, place.context) }
            #expect(try place.folder.read("p/sub/key.pub") == before)
            // The file's own rotation is over: what is withdrawn late leaves it alone.
            try await generator.perform(.withdraw, second, place.context)
            #expect(try place.folder.read("p/sub/key.pub") == before)
            try await generator.perform(.withdraw, first, place.context)
            #expect(access(file, F_OK) != 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.file("p/sub")).isEmpty)
        }
    }

    @Test func fileIsReadableByEverybodyWhateverTheMask() async throws {
        try await Self.with { place in
            _ = try await place.rotate("p/key.pub", as: "r1")
            let attributes = try FileManager.default.attributesOfItem(atPath: place.folder.file("p/key.pub"))
            #expect(attributes[.posixPermissions] as? Int == 0o644)
        }
    }

    /// What a crash has left of a write is written anew.
    @Test func draftOfACrashIsReplaced() async throws {
        try await Self.with { place in
            try place.folder.write("half", to: "p/.secret-rotator-r1")
            let made = try await place.rotate("p/key.pub", as: "r1")
            #expect(try Self.isPublicHalf(of: made, place.folder.file("p/key.pub")))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: place.folder.file("p")).sorted() == [
                    "key.pub", "sub",
                ]
            )
        }
    }

    /// Each name, and what is said of it; nothing there changes.
    @Test(arguments: [
        ("outside.pub", "is below none of generators.public_folders"),
        ("p", "is below none of generators.public_folders"),
        ("p/", "is below none of generators.public_folders"),
        ("p/sub/", "is below none of generators.public_folders"),
        ("p/../outside.pub", "is below none of generators.public_folders"),
        ("p/./key.pub", "is below none of generators.public_folders"),
        ("p2/key.pub", "is below none of generators.public_folders"),
        ("p/foreign", "was not written by secret-rotator for this secret"),
        ("p/empty", "was not written by secret-rotator for this secret"),
        ("p/binary", "was not written by secret-rotator for this secret"),
        ("p/large", "was not written by secret-rotator for this secret"),
        ("p/other", "was not written by secret-rotator for this secret"),
        ("p/edited", "was not written by secret-rotator for this secret"),
        ("p/link", "is the daemon's own"), ("p/away", "the path contains a symbolic link"),
        ("p/dangling", "the path contains a symbolic link"),
        ("p/way/key.pub", "the path contains a symbolic link"),
        ("p/inside/key.pub", "the path contains a symbolic link"),
        ("p/foreign/key.pub", "the path contains a symbolic link"),
        ("p/fifo", "is not a regular file"), ("p/sub", "is not a regular file"),
        ("p/own/key.pub", "is the daemon's own"), ("p/gone/key.pub", "No such file or directory"),
    ])
    func fileThatIsNotOursIsNeverReplaced(name: String, complaint: String) async throws {
        try await Self.with { place in
            try Self.spoil(place)
            let ours = try await Self.content(of: "p/ours", place)
            try place.folder.write(ours.replacing("h/a", with: "h/b"), to: "p/other")
            try place.folder.write(ours + "ssh-ed25519 AAAA\n", to: "p/edited")
            let before = try Self.contents(place)
            let generator = try place.generator(name)
            let refused = await place.refusal { _ = try await generator.generate(place.context) }
            #expect(refused?.contains(complaint) == true, "\(refused ?? "none")")
            // Nor where it came between the steps.
            let made = try await place.generator("p/new.pub").generate(place.context)
            let late = await place.refusal { try await generator.perform(.install, made, place.context) }
            #expect(late?.contains(complaint) == true, "\(late ?? "none")")
            try? await generator.perform(.withdraw, made, place.context)
            #expect(try Self.contents(place) == before)
        }
    }

    private static func spoil(_ place: Place) throws {
        let folder = place.folder
        for name in ["elsewhere", "p2", "p/own"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        try folder.write("-----BEGIN PUBLIC KEY-----\n", to: "p/foreign")
        try folder.write("", to: "p/empty")
        try folder.write(String(repeating: "x", count: 70_000), to: "p/large")
        try Data([0xFF, 0xFE]).write(to: URL(filePath: folder.file("p/binary")))
        symlink("../token", folder.file("p/link"))
        symlink("../p2/a", folder.file("p/away"))
        try folder.write("a\n", to: "p2/a")
        symlink("../nowhere", folder.file("p/dangling"))
        symlink("../elsewhere", folder.file("p/way"))
        symlink("sub", folder.file("p/inside"))
        mkfifo(folder.file("p/fifo"), 0o600)
    }

    /// What the generator writes for `h/a`.
    private static func content(of name: String, _ place: Place) async throws -> String {
        _ = try await place.rotate(name, as: "r0")
        return try place.folder.read(name)
    }

    /// Each file's inode and size, and each link's target.
    private static func contents(_ place: Place) throws -> [String] {
        let names = FileManager.default.enumerator(atPath: place.folder.path)?.compactMap { $0 as? String } ?? []
        return names.sorted().map { name in
            var status = stat()
            lstat(place.folder.file(name), &status)
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: place.folder.file(name))
            return "\(name) \(status.st_ino) \(status.st_size) \(target ?? "")"
        }
    }

    /// A file that an earlier version has made has no mark, and is known while its rotation is open.
    @Test func keyOfAnEarlierVersionIsWithdrawn() async throws {
        try await Self.with { place in
            let generator = try place.generator("p/key.pub")
            let made = try await generator.generate(place.context)
            try await generator.perform(.install, made, place.context)
            let text = try place.folder.read("p/key.pub").split(separator: "\n").dropFirst().joined(separator: "\n")
            try place.folder.write(text, to: "p/key.pub")
            try await generator.perform(.install, made, place.context)
            #expect(try place.folder.read("p/key.pub") == text)
            // Even where its folder is not allowed any more, it is said that it stands there.
            let elsewhere = try place.generator("p/key.pub", folders: ["p2"])
            let refusal = await place.refusal { try await elsewhere.perform(.withdraw, made, place.context) }
            #expect(refusal?.contains("is below none of generators.public_folders") == true)
            try await generator.perform(.withdraw, made, place.context)
            #expect(access(place.folder.file("p/key.pub"), F_OK) != 0)
            try await elsewhere.perform(.withdraw, made, place.context)
        }
    }

    /// The folder itself may be a link: the configuration names it.
    @Test func folderItselfMayBeALink() async throws {
        try await Self.with { place in
            symlink("p", place.folder.file("named"))
            let generator = try place.generator("named/key.pub", folders: ["named"])
            let made = try await generator.generate(place.context)
            try await generator.perform(.install, made, place.context)
            #expect(try Self.isPublicHalf(of: made, place.folder.file("p/key.pub")))
        }
    }

    @Test func withoutFoldersNothingIsWritten() async throws {
        try await Self.with { place in
            let policy = try KeyPairPolicy(publicFile: place.folder.file("p/key.pub"))
            let generator = GeneratorSpecification.keyPair(policy).makeGenerator(random: SystemRandom()) { 0 }
            let made = try await generator.generate(place.context)
            let refusal = await place.refusal { try await generator.perform(.install, made, place.context) }
            #expect(refusal?.contains("only by the daemon") == true)
            #expect(access(place.folder.file("p/key.pub"), F_OK) != 0)
        }
    }
}
