import Foundation
import Glibc
import SandboxHub
import TestSupport
import Testing

/// Many rotations at the same time, each with four steps of a plug-in that is a unit of its own.
@Suite(.timeLimit(.minutes(5)), .enabled(if: PlugInSocket.obstacle == nil, "\(PlugInSocket.obstacle ?? "")"))
struct PlugInLoadTests {
    /// 1,000 with `SECRET_ROTATOR_LOAD=1000`.
    private static let count = ProcessInfo.processInfo.environment["SECRET_ROTATOR_LOAD"].flatMap { Int($0) } ?? 40

    @Test func allRotationsSucceed() async throws {
        try await PlugInTests.with(hub: "max_in_flight: 64, rate_limit: 1000/s", prepare: PlugInSocket.prepare) {
            world in
            try world.folder.write(PlugInLoad.plugIn, to: "generators/\(PlugInLoad.name)")
            chmod(world.folder.file("generators/\(PlugInLoad.name)"), 0o755)
            for alias in PlugInLoad.aliases(Self.count) { world.hub.create(alias, value: "old") }
            let schedules = PlugInLoad.schedules(Self.count, folder: world.folder.file("state"))
            try world.folder.write(schedules, to: "schedules.yaml")
            try await PlugInSocket.with(world, PlugInLoad.name) { _ in
                try await world.expect(0, "schedule", "apply", "-f", world.folder.file("schedules.yaml"))
                try await world.withDaemon { _ async throws in
                    let asked = try await world.run(["rotate-now"] + PlugInLoad.aliases(Self.count))
                    #expect(asked.status == 0, "\(asked.errors)")
                    try await eventually("all are finished", within: .seconds(280)) {
                        PlugInLoad.aliases(Self.count).allSatisfy {
                            access(world.folder.file("state/\($0).finished"), F_OK) == 0
                        }
                    }
                    try await world.untilNothingIsOpen()
                }
            }
            for alias in PlugInLoad.aliases(Self.count) {
                #expect(world.patches(alias).count == 1)
                #expect(try world.hub.value(of: alias) == world.folder.read("state/\(alias)"))
                #expect(try world.folder.read("state/\(alias).finished") == "x")
            }
        }
    }
}
