import Foundation
import Glibc
import SandboxHub
import TestSupport
import Testing

/// The real executable delivers what another tool leaves in a file.
@Suite(.timeLimit(.minutes(10)))
struct FileTests {
    /// A world with a folder for files, and a schedule of a file in it.
    private static func with(
        generator: String = "{type: file, path: FOLDER/live/key}",
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        try await World.with(hub: "rate_limit: 1000/s") { world in
            let files = world.folder.file("files")
            for folder in ["live", "archive"] {
                try FileManager.default.createDirectory(
                    atPath: "\(files)/\(folder)",
                    withIntermediateDirectories: true
                )
            }
            let text = try world.folder.read("config.yaml") + "generators: {file_folders: [\"\(files)\"]}\n"
            try world.folder.write(text, to: "config.yaml")
            try world.folder.write("first\n", to: "files/archive/key1")
            symlink("../archive/key1", "\(files)/live/key")
            world.hub.create("tls", value: "by hand")
            try await world.expect(
                0,
                "schedule",
                "add",
                "tls",
                "--min-interval",
                "0s",
                "--generator",
                generator.replacing("FOLDER", with: files)
            )
            try await body(world)
        }
    }

    /// Renews the file as certbot does: another file, and a link that is replaced.
    private static func renew(_ world: World, _ text: String) throws {
        let name = "key\(UUID().uuidString.prefix(8))"
        try world.folder.write(text + "\n", to: "files/archive/\(name)")
        symlink("../archive/\(name)", world.folder.file("files/live/new"))
        rename(world.folder.file("files/live/new"), world.folder.file("files/live/key"))
    }

    private static func holds(_ world: World, _ value: String) async throws {
        try await eventually("the hub holds it") { world.hub.value(of: "tls") == value }
    }

    @Test func renewedFileIsDeliveredWithinSeconds() async throws {
        try await Self.with { world in
            try await world.withDaemon { _ async throws in
                try await eventually("it is adopted") { try await Self.isAdopted(world) }
                #expect(world.hub.value(of: "tls") == "by hand")
                let start = ContinuousClock.now
                try Self.renew(world, "second")
                try await Self.holds(world, "second")
                // The look every minute would be too late.
                #expect(ContinuousClock.now - start < .seconds(30))
                // Written in place, it is seen as well.
                let target = try FileManager.default.destinationOfSymbolicLink(
                    atPath: world.folder.file("files/live/key")
                )
                try world.folder.write("third\n", to: "files/live/\(target)")
                try await Self.holds(world, "third")
                try await world.untilNothingIsOpen()
            }
            let rotations = try await world.run("rotation", "list", "--json").objects
            #expect(rotations.count == 2)
            #expect(rotations.allSatisfy { $0["outcome"] as? String == "succeeded" })
            #expect(rotations.allSatisfy { $0["trigger"] as? String == "schedule" })
            let shown = try await world.run("schedule", "list")
            #expect(shown.output.contains("on change"))
            let next = try await world.run("schedule", "list", "--json").objects.first
            #expect(next?["next_due"] == nil && next?["every"] == nil)
        }
    }

    private static func isAdopted(_ world: World, count: Int = 1) async throws -> Bool {
        let sql = "SELECT count(*) FROM schedules WHERE adopted_fingerprint IS NOT NULL"
        return try await Oracle.sqlite(world.folder.file("rotator.db"), sql) == "\(count)"
    }

    /// Adds a schedule of another file, the last one of each look, to see when the daemon has looked.
    private static func addMarker(_ world: World) async throws {
        world.hub.create("zz", value: "by hand")
        try world.folder.write("adopted\n", to: "files/marker")
        let generator = "{type: file, path: \(world.folder.file("files/marker"))}"
        try await world.expect(0, "schedule", "add", "zz", "--min-interval", "0s", "--generator", generator)
        try await eventually("both are adopted") { try await isAdopted(world, count: 2) }
    }

    /// Returns once the daemon has looked at all files, after the call.
    private static func untilLooked(_ world: World) async throws {
        let text = UUID().uuidString
        try world.folder.write(text + "\n", to: "files/marker")
        try await eventually("it has looked") { world.hub.value(of: "zz") == text }
        try await world.untilNothingIsOpen()
    }

    private static func rotations(_ world: World) async throws -> [[String: Any]] {
        try await world.run("rotation", "list", "--json").objects.filter { $0["alias"] as? String == "tls" }
    }

    /// While nobody looks, a file changes; afterwards it is delivered.
    @Test func whatChangedWhileTheDaemonWasDownOrItWasPausedIsDelivered() async throws {
        try await Self.with { world in
            try await world.withDaemon { _ async throws in
                try await eventually("it is adopted") { try await Self.isAdopted(world) }
            }
            try Self.renew(world, "second")
            try await world.withDaemon { _ async throws in
                try await Self.holds(world, "second")
                try await Self.addMarker(world)
                try await world.expect(0, "schedule", "pause", "tls")
                try Self.renew(world, "third")
                try await Self.untilLooked(world)
                #expect(world.hub.value(of: "tls") == "second")
                try await world.expect(0, "schedule", "resume", "tls")
                try await Self.holds(world, "third")
            }
            let events = try await world.events("tls").filter { ["rotation.opened", "schedule.resumed"].contains($0) }
            #expect(events == ["rotation.opened", "schedule.resumed", "rotation.opened"])
        }
    }

    /// Key and certificate are written one after the other: what does not match is never delivered, what does is, once.
    @Test func keyAndCertificateAreDeliveredTogether() async throws {
        let generator =
            "{type: file, path: [FOLDER/live/privkey, FOLDER/live/cert], expect: [private_key, certificate]}"
        try await Self.with(generator: generator) { world in
            let make = { @Sendable (days: Int) in
                try await Shell.run(
                    "openssl req -x509 -newkey ed25519 -nodes -days \(days) -subj /CN=a -keyout key -out crt 2>&1",
                    in: world.folder.file("files/archive")
                )
            }
            let put = { @Sendable (from: String, to: String) in
                try await Shell.run(
                    "cp archive/\(from) live/.new; mv live/.new live/\(to)",
                    in: world.folder.file("files")
                )
            }
            try await make(1)
            try await put("key", "privkey")
            try await put("crt", "cert")
            try await world.withDaemon { _ async throws in
                try await eventually("it is adopted") { try await Self.isAdopted(world) }
                try await make(2)
                try await Self.addMarker(world)
                try await put("key", "privkey")
                try await Self.untilLooked(world)
                let isUntouched = world.patches("tls").isEmpty
                #expect(isUntouched)
                #expect(try world.log.contains("private key and certificate do not match"))
                try await put("crt", "cert")
                let expected = try world.folder.read("files/live/privkey") + world.folder.read("files/live/cert")
                try await Self.holds(world, expected)
            }
            #expect(try await Self.rotations(world).count == 1)
            #expect(try !world.log.contains("BEGIN"))
        }
    }

    /// Asked for, it is delivered as it is, and once more: another one can't be made.
    @Test func requestDeliversWhatIsThere() async throws {
        try await Self.with { world in
            try await world.withDaemon { _ async throws in
                try await world.expect(0, "rotate-now", "tls", "--wait")
                #expect(world.hub.value(of: "tls") == "first")
                try await world.expect(0, "rotate-now", "--all", "--wait")
                #expect(world.patches("tls").map(\.value) == ["first", "first"])
                unlink(world.folder.file("files/live/key"))
                try await world.expect(1, "rotate-now", "tls", "--wait")
                #expect(world.hub.value(of: "tls") == "first")
            }
            let log = try world.folder.read("daemon.log")
            #expect(log.contains("files/live/key: No such file or directory"), "\(log)")
        }
    }

    /// What lies elsewhere, or is the daemon's own, is no value; `check` says what is wrong with a file.
    @Test func onlyFilesBelowTheConfiguredFoldersAreTaken() async throws {
        try await Self.with { world in
            let outside = "{type: file, path: \(world.folder.file("elsewhere"))}"
            let edited = try await world.run("schedule", "edit", "tls", "--generator", outside)
            #expect(edited.status == 64)
            #expect(edited.errors.contains("is below none of generators.file_folders: name its folder there"))
            let own = "{type: file, path: \(world.folder.file("token"))}"
            #expect(try await world.run("schedule", "edit", "tls", "--generator", own).errors.contains("own token"))
            #expect(try await world.run("check").status == 0)
            unlink(world.folder.file("files/live/key"))
            symlink("../../token", world.folder.file("files/live/key"))
            let check = try await world.run("check")
            #expect(check.status == 1 && (check.output + check.errors).contains("leads out of"))
            try await world.withDaemon { _ async throws in try await world.expect(1, "rotate-now", "tls", "--wait") }
            #expect(world.hub.value(of: "tls") == "by hand" && world.patches("tls").isEmpty)
        }
    }

    /// What is written slowly is not delivered in halves.
    @Test func fileIsNotDeliveredWhileItIsBeingWritten() async throws {
        try await Self.with { world in
            try await world.withDaemon { _ async throws in
                try await eventually("it is adopted") { try await Self.isAdopted(world) }
                async let writing: Void = Shell.run(
                    "{ for i in 1 2 3 4 5; do printf new-; touch other; sleep 1; done; echo value; } > key",
                    in: world.folder.file("files/live")
                )
                try await writing
                try await Self.holds(world, "new-new-new-new-new-value")
            }
            #expect(world.patches("tls").count == 1)
        }
    }

    /// A certificate that is valid for too short a time is not delivered; the next one is.
    @Test func certificateThatExpiresTooSoonIsNotDelivered() async throws {
        let generator = "{type: file, path: FOLDER/live/key, expect: certificate, valid_for: 2d}"
        try await Self.with(generator: generator) { world in
            let make = { @Sendable (days: Int) in
                try await Shell.run(
                    "openssl req -x509 -newkey ed25519 -nodes -days \(days) -subj /CN=a -keyout /dev/null -out new; mv new key",
                    in: world.folder.file("files/live")
                )
            }
            try await make(3)
            try await world.withDaemon { _ async throws in
                try await eventually("it is adopted") { try await Self.isAdopted(world) }
                try await Self.addMarker(world)
                try await make(1)
                try await Self.untilLooked(world)
                let isUntouched = world.patches("tls").isEmpty
                #expect(isUntouched)
                #expect(try world.log.contains("its certificate expires too soon"))
                try await make(5)
                try await eventually("it is delivered") { !world.patches("tls").isEmpty }
                try await world.untilNothingIsOpen()
                // By another rule it is not valid for long enough any more: nothing fails, and status says so.
                let stricter = generator.replacing("2d", with: "90d").replacing(
                    "FOLDER",
                    with: world.folder.file("files")
                )
                try await world.expect(0, "schedule", "edit", "tls", "--generator", stricter)
                try await eventually("status says so") {
                    let problems = try await world.run("status", "--json").objects.first?["problems"]
                    let kinds = (problems as? [[String: Any]] ?? []).map { $0["kind"] as? String }
                    return kinds == ["source_unusable"]
                }
            }
            #expect(world.patches("tls").count == 1)
        }
    }

    /// What was exported says the same, to the last key.
    @Test func exportedFileAppliesWithoutAChange() async throws {
        for more in ["", ", expect: [certificate, private_key], matches: FOLDER/live/other, valid_for: 7d"] {
            try await Self.with(generator: "{type: file, path: FOLDER/live/key\(more)}") { world in
                let exported = try await world.run("schedule", "export")
                try world.folder.write(exported.output, to: "exported.yaml")
                try await world.expect(0, "schedule", "diff", "-f", world.folder.file("exported.yaml"))
            }
        }
    }
}
