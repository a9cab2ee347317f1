import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import Scheduling

struct DriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Compare what each hub lists with the history.",
        discussion: """
            It finds secrets that another client has changed since our last confirmed delivery (changed), that the hub \
            does not list although they have a schedule (missing), that the hub lists and that have no schedule \
            (unmanaged), and whose value is older than max_age (overdue). A change may be one of the description or \
            the workspaces: no list tells which. With audit_log: true, a change in the hub's own audit log without an \
            attempt of ours is an unknown_change. A secret that is being rotated or changed by hand is not judged.

            Each new finding is recorded as drift.found, and status shows it until it has ended: a changed secret's \
            ends with its next confirmed rotation. The daemon looks once a day by itself. Exits with 0 if nothing was \
            found, 1 if anything was, 69 if a hub could not be asked.

            Examples:
              secret-rotator drift
              secret-rotator drift --hub production --json
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Option(help: "Only this hub; all configured hubs if absent.") var hub: String?

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            var (findings, isUnavailable) = ([DriftReport.Finding](), false)
            for name in try configuration.hubNames(hub) {
                do {
                    let report = try await Control.perform(FindDrift(hub: name), hub: name, configuration)
                    findings += report.findings
                    for note in report.notes(hub: name) { printError(note + "\n") }
                } catch let error {
                    let failure = ControlFailure(describing: error)
                    guard failure.status == .unavailable else { throw error }
                    printError("error: \(printable(failure.message))\n")
                    isUnavailable = true
                }
            }
            if listing.json {
                for finding in findings { print(finding.json.canonicalText) }
            } else {
                Self.table(findings).print(empty: "no drift")
            }
            if isUnavailable { throw ExitCode(ControlFailure.Status.unavailable.rawValue) }
            if !findings.isEmpty { throw ExitCode.failure }
        }
    }

    private static func table(_ findings: [DriftReport.Finding]) -> Table {
        var table = Table("SECRET", "DRIFT", "FOUND", "WHAT")
        for finding in findings {
            table.add(
                .init("\(finding.secret)", finding.kind == .unmanaged ? .plain : .red),
                .init(finding.kind.rawValue.replacing("_", with: " ")),
                .init(finding.since.short + (finding.isNew ? ", new" : "")),
                .init(finding.text)
            )
        }
        return table
    }
}

extension DriftReport {
    /// What a reader must know to judge the findings.
    fileprivate func notes(hub: String) -> [String] {
        var notes = [auditLog?.note].compactMap(\.self)
        if notJudged > 0 {
            notes.append("\(notJudged) of its secrets not judged: being rotated or changed by hand, or unreadable")
        }
        if unnamed > 0 { notes.append("\(unnamed) listed without a valid alias") }
        return notes.map { "hub \(hub): \($0)" }
    }
}

extension DriftReport.LogReading {
    /// What the hub's own audit log is worth; nil where there is nothing to say.
    fileprivate var note: String? {
        switch self {
        case .read(_, _, 0, false): nil
        case .read(let since, let count, let unreadable, let isCut):
            "its audit log has \(isCut ? "more than " : "")\(count) entries since \(since.short): "
                + "\(unreadable) of them can't be read" + (isCut ? ", and the rest was left out" : "")
        case .empty(let since): "its audit log has no entries since \(since.short): no proof of silence"
        case .notAvailable(let reason): "its audit log is not available: \(reason)"
        case .failed(let reason): "its audit log can't be read: \(reason)"
        }
    }
}

extension DriftReport.Finding {
    fileprivate var text: String {
        switch kind {
        case .changed:
            "the hub shows an update" + (updatedAt.map { " of \($0.short)" } ?? "")
                + (lastUpdatedBy.map { " by user \($0)" } ?? "") + " that is not ours"
        case .missing: "it has a schedule, and the hub does not list it"
        case .unmanaged: "the hub lists it, and it has no schedule"
        case .overdue: "its value is older than max_age" + (at.map { ", since \($0.short)" } ?? "")
        case .unknownChange:
            "the hub's audit log has a change" + (at.map { " at \($0.short)" } ?? "") + " that is not ours"
        }
    }

    /// The finding for `--json`; `updated_at` and `last_seen` are instants of the hub's clock.
    fileprivate var json: JSONValue {
        .fields([
            "hub": .string(secret.hub),
            "alias": .string(secret.alias.text),
            "secret": .string("\(secret)"),
            "kind": .string(kind.rawValue),
            "since": .instant(since),
            "new": .bool(isNew),
            "updated_at": .instant(updatedAt),
            "last_seen": .instant(lastSeen),
            "last_updated_by": .text(lastUpdatedBy),
            "overdue_since": kind == .overdue ? .instant(at) : nil,
            "changed_at": kind == .unknownChange ? .instant(at) : nil,
        ])
    }
}
