import ArgumentParser
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct HubListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show all hubs and whether requests are sent to them.",
        discussion: """
            A paused hub has answered HTTP 429: no request is sent until the pause ends, then one list as a probe. A \
            suspended hub has refused the token or can't be reached: it is probed with lists. A half-open hub answers \
            again but has accepted no update yet: only one request at a time is sent to it.

            Example: secret-rotator hub list --json
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let names = configuration.hubs.keys.sorted()
            let known = try Database.readIfThere(configuration) { history in
                try names.map { try history.hubStatus($0) }
            }
            let hubs = zip(names, known ?? names.map { _ in .available })
            if listing.json {
                for (name, status) in hubs { print(status.json(of: name).canonicalText) }
            } else {
                Self.table(Array(hubs)).print(empty: "no hubs")
            }
        }
    }

    private static func table(_ hubs: [(String, HubStatus)]) -> Table {
        var table = Table("HUB", "STATE", "SINCE", "UNTIL", "NEXT PROBE", "REASON")
        for (name, status) in hubs {
            table.add(
                .init(name),
                .init(status.word.replacing("_", with: "-"), status.colour),
                .init(status.since?.short ?? ""),
                .init(status.until?.short ?? ""),
                .init(status.probeAt?.short ?? ""),
                .init(status.reason?.rawValue ?? "")
            )
        }
        return table
    }
}

extension HubStatus {
    /// The hub for `--json`.
    fileprivate func json(of name: String) -> JSONValue {
        .fields([
            "hub": .string(name),
            "state": .string(word),
            "since": .instant(since),
            "until": .instant(until),
            "next_probe": .instant(probeAt),
            "reason": .text(reason?.rawValue),
        ])
    }

    fileprivate var colour: Table.Colour {
        switch self {
        case .available: .green
        case .failing, .halfOpen, .paused: .yellow
        case .suspended: .red
        }
    }
}
