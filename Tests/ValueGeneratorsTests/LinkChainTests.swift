import Foundation
import Glibc
import RotationCore
import TestSupport
import Testing
import ValueGenerators

/// The folders in which a change makes a path lead to another file.
struct LinkChainTests {
    /// What is there, what path is asked for, and the folders that answer it, below the test's own.
    struct Case: Sendable {
        var files: [String] = []
        var links: [(name: String, target: String)] = []
        var path: String
        var folders: Set<String>
    }

    @Test(arguments: [
        Case(files: ["a/token"], path: "a/token", folders: ["a"]),
        Case(path: "a/token", folders: [""]),
        Case(files: ["a/other"], path: "a/token", folders: ["a"]),
        Case(files: ["a/other"], path: "a/b/c/token", folders: ["a"]),
        Case(files: ["a/b/x"], path: "a/b", folders: ["a"]),
        // As certbot and Kubernetes do.
        Case(
            files: ["archive/k1"],
            links: [("live/k", "../archive/k1")],
            path: "live/k",
            folders: ["live", "archive"]
        ),
        Case(
            files: ["v/..1/token"],
            links: [("v/..data", "..1"), ("v/token", "..data/token")],
            path: "v/token",
            folders: ["v", "v/..1"]
        ),
        // Through three folders, one of them by an absolute path.
        Case(
            files: ["c/deep/token"],
            links: [("a/t", "../b/t"), ("b/t", "ROOT/c/link/token"), ("c/link", "./deep")],
            path: "a/t",
            folders: ["a", "b", "c", "c/deep"]
        ),
        Case(links: [("a/t", "../b/t")], path: "a/t", folders: ["a", ""]),
        // Round and round.
        Case(links: [("a/t", "u"), ("a/u", "t")], path: "a/t", folders: ["a"]),
        Case(links: [("a/t", "t/t")], path: "a/t", folders: ["a"]),
    ])
    func foldersOfAllLinksAreFound(sample: Case) async throws {
        try await TemporaryFolder.with { folder in
            let root = try #require(
                realpath(folder.path, nil).map { pointer in
                    defer { free(pointer) }
                    return String(cString: pointer)
                }
            )
            func make(_ name: String) throws -> String {
                let path = "\(root)/\(name)"
                let parent = (path as NSString).deletingLastPathComponent
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
                return path
            }
            for file in sample.files { try Data("x".utf8).write(to: URL(filePath: make(file))) }
            for link in sample.links { symlink(link.target.replacing("ROOT", with: root), try make(link.name)) }
            let found = LinkChain.folders(to: "\(root)/\(sample.path)")
            #expect(found == Set(sample.folders.map { $0.isEmpty ? root : "\(root)/\($0)" }))
        }
    }
}
