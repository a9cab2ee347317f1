import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import Scheduling

struct SecretListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the secrets that a hub lists, without their values.",
        discussion: """
            Examples:
              secret-rotator secret list
              secret-rotator secret list --hub production --workspace billing --json
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Option(help: "Only this hub; all configured hubs if absent.") var hub: String?
    @Option(help: "Only this secret.") var alias: String?
    @Option(help: "Only secrets that this workspace may use.") var workspace: String?

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let alias = try alias.map { try Self.alias($0) }
            var rows: [(hub: String, secret: ListedSecret)] = []
            for name in try configuration.hubNames(hub) {
                let operation = ListSecrets(hub: name, alias: alias, workspace: workspace)
                let secrets = try await Control.perform(operation, hub: name, configuration)
                rows += secrets.sorted { $0.alias < $1.alias }.map { (name, $0) }
            }
            if listing.json {
                for row in rows { print(row.secret.json(hub: row.hub).canonicalText) }
            } else {
                Self.table(rows).print(empty: "no secrets")
            }
        }
    }

    private static func alias(_ text: String) throws -> SecretAlias {
        guard let alias = SecretAlias(text) else {
            throw ControlFailure(
                status: .usage,
                message: "--alias: \"\(text)\" is no alias: it has letters, digits, _ and - only"
            )
        }
        return alias
    }

    private static func table(_ rows: [(hub: String, secret: ListedSecret)]) -> Table {
        var table = Table("SECRET", "WORKSPACES", "UPDATED", "UPDATED BY", "DESCRIPTION")
        for (hub, secret) in rows {
            let workspaces =
                secret.allowedWorkspacesType == "SOME"
                ? secret.allowedWorkspaces.joined(separator: ", ") : (secret.allowedWorkspacesType ?? "?").lowercased()
            table.add(
                .init("\(hub)/\(secret.alias)"),
                .init(workspaces),
                .init(secret.updatedAt.map { Instant(milliseconds: $0).short } ?? ""),
                .init(secret.lastUpdatedBy ?? ""),
                .init(secret.description ?? "")
            )
        }
        return table
    }
}

extension ListedSecret {
    /// The secret for `--json`; instants are those of the hub's clock.
    fileprivate func json(hub: String) -> JSONValue {
        .fields([
            "hub": .string(hub),
            "alias": .string(alias),
            "secret": .string("\(hub)/\(alias)"),
            "description": .text(description),
            "allowed_workspaces_type": .text(allowedWorkspacesType),
            "allowed_workspaces": .array(allowedWorkspaces.map { .string($0) }),
            "created_at": .instant(createdAt.map { Instant(milliseconds: $0) }),
            "updated_at": .instant(updatedAt.map { Instant(milliseconds: $0) }),
            "last_updated_by": .text(lastUpdatedBy),
        ])
    }
}
