import Foundation
import SecretMemory
import TestSupport
import Testing

@Suite("Files of secrets")
struct SecretFileTests {
    private func write(_ text: String, mode: Int, in folder: TemporaryFolder) throws -> String {
        try folder.write(text, to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.file("secret"))
        return folder.file("secret")
    }

    @Test("a file of the owner, or of a group that may only read, is read", arguments: [0o600, 0o400, 0o440, 0o640])
    func accepted(mode: Int) async throws {
        try await TemporaryFolder.with { folder in
            let path = try write("abc\n", mode: mode, in: folder)
            #expect(try SecretFile.read(path, limit: 100).holds("abc\n".utf8))
        }
    }

    @Test(
        "a file that others may touch, or a group may write, is refused",
        arguments: [0o644, 0o660, 0o604, 0o602, 0o601, 0o620, 0o610, 0o444, 0o777]
    )
    func refused(mode: Int) async throws {
        try await TemporaryFolder.with { folder in
            let path = try write("abc", mode: mode, in: folder)
            let failure = SecretFile.Failure.readableByOthers(path: path, mode: UInt32(mode))
            #expect(throws: failure) { try SecretFile.read(path, limit: 100) }
            #expect(failure.description.contains("mode \(String(mode, radix: 8)) "))
            #expect(failure.description.hasSuffix("run: chmod 600 \(path)"))
        }
    }

    @Test("the limit itself is accepted", arguments: [0, 1, 4096, 5000])
    func limit(size: Int) async throws {
        try await TemporaryFolder.with { folder in
            let text = String(repeating: "x", count: size)
            let path = try write(text, mode: 0o600, in: folder)
            #expect(try SecretFile.read(path, limit: size).holds(text.utf8))
        }
    }

    @Test("one byte more than the limit is refused", arguments: [0, 1, 4096])
    func tooLarge(limit: Int) async throws {
        try await TemporaryFolder.with { folder in
            let path = try write(String(repeating: "x", count: limit + 1), mode: 0o600, in: folder)
            #expect(throws: SecretFile.Failure.tooLarge(path: path, limit: limit)) {
                try SecretFile.read(path, limit: limit)
            }
        }
    }

    @Test("a missing file is told by errno")
    func missing() async throws {
        try await TemporaryFolder.with { folder throws in
            let path = folder.file("none")
            let failure = SecretFile.Failure.system(path: path, errno: ENOENT)
            #expect(throws: failure) { try SecretFile.read(path, limit: 100) }
            #expect(failure.description == "\(path): No such file or directory")
        }
    }

    @Test("a folder is no file")
    func directory() async throws {
        try await TemporaryFolder.with { folder throws in
            let failure = SecretFile.Failure.notAFile(path: folder.path)
            #expect(throws: failure) { try SecretFile.read(folder.path, limit: 100) }
        }
    }

    @Test("a pipe is no file, and nobody waits for its writer")
    func pipe() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("pipe")
            try #require(mkfifo(path, 0o600) == 0)
            #expect(throws: SecretFile.Failure.notAFile(path: path)) { try SecretFile.read(path, limit: 100) }
        }
    }

    @Test("a symbolic link is followed, and its target's mode counts", arguments: [(0o600, true), (0o644, false)])
    func link(mode: Int, isRead: Bool) async throws {
        try await TemporaryFolder.with { folder in
            let target = try write("abc", mode: mode, in: folder)
            let link = folder.file("link")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            let isSame = (try? SecretFile.read(link, limit: 100))?.holds("abc".utf8) ?? false
            #expect(isSame == isRead)
        }
    }
}
