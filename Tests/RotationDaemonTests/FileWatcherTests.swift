import Foundation
import Glibc
import TestSupport
import Testing

@testable import RotationDaemon

/// What wakes a watcher, and what does not.
struct FileWatcherTests {
    /// Watches a folder with a file and a link in it.
    private static func withWatchedFolder(_ body: (TemporaryFolder, Int32) throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("text", to: "file")
            symlink("file", folder.file("link"))
            let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            try #require(inotify_add_watch(descriptor, folder.path, FileWatcher.events) >= 0)
            try body(folder, descriptor)
        }
    }

    /// Whether the kernel has told something since the last call; what a process has done it tells at once.
    private static func hasEvents(_ descriptor: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var isAny = false
        while read(descriptor, &buffer, buffer.count) > 0 { isAny = true }
        return isAny
    }

    /// A look that woke itself would never rest.
    @Test func lookIsNoEvent() async throws {
        try await Self.withWatchedFolder { folder, descriptor in
            _ = try folder.read("file")
            _ = try folder.read("link")
            _ = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            _ = try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link"))
            var status = stat()
            stat(folder.file("link"), &status)
            _ = inotify_add_watch(descriptor, folder.path, FileWatcher.events)
            #expect(!Self.hasEvents(descriptor))
        }
    }

    @Test(arguments: ["written", "replaced", "made", "removed", "linked", "allowed"])
    func changeIsAnEvent(change: String) async throws {
        try await Self.withWatchedFolder { folder, descriptor in
            switch change {
            case "written":
                // Not created: opened, and closed after it was written.
                let file = open(folder.file("file"), O_WRONLY | O_CLOEXEC)
                write(file, "more", 4)
                #expect(!Self.hasEvents(descriptor))
                close(file)
            case "replaced": rename(folder.file("file"), folder.file("other"))
            case "made": symlink("file", folder.file("new"))
            case "removed": unlink(folder.file("link"))
            case "linked": link(folder.file("file"), folder.file("new"))
            default: chmod(folder.file("file"), 0o640)
            }
            #expect(Self.hasEvents(descriptor))
        }
    }
}
