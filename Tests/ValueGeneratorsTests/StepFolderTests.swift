import Foundation
import Glibc
import RotationCore
import TestSupport
import Testing
import ValueGenerators

struct StepFolderTests {
    /// What has the prefix goes with all that is in it; no link is followed, and what is another's stays.
    @Test func sweepRemovesWhatIsItsOwnAndFollowsNoLink() async throws {
        try await TemporaryFolder.with { folder in
            let prefix = StepFolder.prefix(database: folder.file("rotator.db"))
            let here = NSTemporaryDirectory()
            let left = "\(here)/\(prefix)left"
            let link = "\(here)/\(prefix)link"
            let other = "\(here)/not-\(prefix)other"
            defer { for path in [left, link, other] { try? FileManager.default.removeItem(atPath: path) } }
            try FileManager.default.createDirectory(atPath: left + "/a/b", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
            try folder.write("a key", to: "kept")
            try Data("a key".utf8).write(to: URL(filePath: left + "/a/b/key"))
            for path in [left + "/a/link", link] { try #require(symlink(folder.path, path) == 0) }
            #expect(StepFolder.sweep(prefix, of: .own) == [])
            var status = stat()
            #expect(lstat(left, &status) != 0 && lstat(link, &status) != 0)
            #expect(lstat(other, &status) == 0)
            #expect(try folder.read("kept") == "a key")
        }
    }

    @Test(.enabled(if: getuid() == 0, "needs root, to make another user's folder"))
    func sweepLeavesWhatIsAnothers() async throws {
        try await TemporaryFolder.with { folder in
            let prefix = StepFolder.prefix(database: folder.file("rotator.db"))
            let path = "\(NSTemporaryDirectory())/\(prefix)others"
            defer { rmdir(path) }
            try #require(mkdir(path, 0o700) == 0 && chown(path, 61_011, 61_011) == 0)
            #expect(StepFolder.sweep(prefix, of: .own) == [])
            #expect(access(path, F_OK) == 0)
            let user = PlugInUser(uid: 61_011, gid: 61_011, groups: [])
            #expect(StepFolder.sweep(prefix, of: .user(user)) == [])
            #expect(access(path, F_OK) != 0)
        }
    }

    @Test func databasesHavePrefixesOfTheirOwn() {
        #expect(StepFolder.prefix(database: "/a/rotator.db") != StepFolder.prefix(database: "/b/rotator.db"))
        #expect(StepFolder.prefix(database: "/a/../a/rotator.db").hasPrefix("secret-rotator-"))
    }
}
