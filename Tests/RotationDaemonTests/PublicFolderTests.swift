import Foundation
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import TestSupport
import Testing
import ValueGenerators

/// `generators.public_folders` lies apart from all that is read or trusted.
struct PublicFolderTests {
    /// A configuration whose files lie in a folder, with `ours`, `plug-ins`, `read` and `link`, which leads to `ours`.
    private static func conflicts(_ folders: String, more: String = "") async throws -> [String] {
        try await TemporaryFolder.with { folder in
            for name in ["ours/new", "plug-ins/new", "read/new", "state/history", "public/sub", "etc", "run"] {
                try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
            }
            symlink("ours", folder.file("link"))
            let text = """
                database: \(folder.path)/state/rotator.db
                control: \(folder.path)/run/control.sock
                hubs: {a: {url: "https://h.example", context: none, token: "file:\(folder.path)/ours/token"}}
                keys: {staging: "file:\(folder.path)/link/staging.key"}
                generators: {directory: \(folder.path)/plug-ins, file_folders: \(folder.path)/read,
                  public_folders: [\(folders.replacing("F/", with: folder.path + "/"))]}
                \(more.replacing("F/", with: folder.path + "/"))
                """
            do throws(ConfigurationError) {
                _ = try Configuration.parse(text, path: folder.file("etc/config.yaml"))
                return []
            } catch {
                return error.issues.map { $0.description.replacing(folder.path + "/", with: "F/") }
            }
        }
    }

    @Test(arguments: [
        "F/public", "F/public, F/public/sub", "F/nowhere/yet", "F/ours/new", "F/state/public", "F/ours2", "F/rea",
    ])
    func folderApartIsTaken(folders: String) async throws {
        #expect(try await Self.conflicts(folders) == [])
    }

    private static let ownFile = "the daemon's own file: name another folder, or a new one below it"
    private static let own = "the daemon's own folder, overlap: name another folder"
    private static let read = "of file_folders overlap: name folders that do not contain each other"

    @Test(arguments: [
        ("F/ours", "F/ours contains F/link/staging.key, \(ownFile)"),
        ("F/link", "F/link contains F/link/staging.key, \(ownFile)"),
        ("F/state", "F/state and F/state/history, \(own)"),
        ("F/state/history/x", "F/state/history/x and F/state/history, \(own)"),
        ("F/etc", "F/etc contains F/etc/config.yaml, \(ownFile)"),
        ("F/run", "F/run contains F/run/control.sock, \(ownFile)"),
        ("F/plug-ins", "F/plug-ins and F/plug-ins, \(own)"),
        ("F/plug-ins/new", "F/plug-ins/new and F/plug-ins, \(own)"),
        ("F/read", "F/read and F/read \(read)"), ("F/read/new", "F/read/new and F/read \(read)"),
        ("F/public, F/read/new", "F/read/new and F/read \(read)"),
        ("/tmp", "/tmp and F/read \(read)"),
    ])
    func folderThatOverlapsIsRefused(folders: String, complaint: String) async throws {
        #expect(try await Self.conflicts(folders) == ["F/etc/config.yaml:6:19: public_folders: \(complaint)"])
    }

    @Test func filesThatAreWrittenOrTrustedAreOurs() async throws {
        let more = """
            metrics: {textfile: F/public/sub/metrics.prom}
            audit: {checkpoint_file: F/public/checkpoints}
            """
        for folders in ["F/public", "F/public/sub"] {
            #expect(try await Self.conflicts(folders, more: more).count == 1)
        }
        #expect(try await Self.conflicts("F/public", more: "heartbeat: {file: F/public/beat}").count == 1)
    }

    /// Whoever saves a schedule is told; the text is the generator's own at run time.
    @Test(arguments: [
        ("/srv/public/key.pub", true), ("/srv/public/a/b.pub", true), ("/srv/public", false), ("/srv/public/", false),
        ("/srv/public/a/", false), ("/srv/public/../key.pub", false), ("/srv/publicity/key.pub", false),
        ("/srv/key.pub", false), ("/srv/caf\u{E9}/key.pub", true), ("/srv/cafe\u{301}/key.pub", false),
    ])
    func keyPairOutsideIsRefused(path: String, isTaken: Bool) throws {
        let more = "generators: {public_folders: [/srv/public, /srv/caf\u{E9}]}"
        let configuration = try Configuration.parse(configurationText(more: more), path: "test.yaml")
        let generator = GeneratorSpecification.keyPair(try KeyPairPolicy(publicFile: path))
        let text = "\(path) is below none of generators.public_folders: name its folder there"
        #expect(configuration.refusal(of: generator) == (isTaken ? nil : text))
        let none = try Configuration.parse(configurationText(), path: "test.yaml")
        #expect(none.refusal(of: generator) == text)
    }
}
