import Glibc
import RotationConfiguration
import RotationCore
import RotationStore
import ValueGenerators

extension Checkup {
    /// Asks the unit of each plug-in that a schedule uses whether it would run the plug-in.
    func checkPlugInUnits(_ units: PlugInUnits) async -> [Finding] {
        var findings: [Finding] = []
        for name in usedPlugIns.sorted() {
            findings.append(Self.finding(await units.probe(name), name, units.socket(of: name)))
        }
        return findings
    }

    /// The names of the plug-ins that schedules use.
    private var usedPlugIns: Set<String> {
        guard FileStatus(configuration.database) != nil,
            let history = try? History.readable(configuration.database, generators: BuiltInGenerators()).history
        else {
            return []
        }
        defer { history.close() }
        let schedules = (try? history.schedules { _ in }) ?? []
        return Set(schedules.compactMap { $0.definition.generator.plugIn?.command })
    }

    private static func finding(_ probe: UnitProbe, _ name: String, _ socket: String) -> Finding {
        let subject = "plug-in \(name)"
        let unit = "secret-rotator-plugin-\(name)"
        switch probe {
        case .ready: return .good(subject, "answers at \(socket)")
        case .refused(let text):
            return .problem(subject, "its unit refuses: \(text)", advice: "correct \(unit)@.service")
        case .silent:
            let advice = "see why \(unit)@.service does not start: journalctl -u '\(unit)@*' -n 20"
            return .problem(subject, "nothing answers at \(socket)", advice: advice)
        case .unreachable(errno: EACCES):
            return .warning(subject, "you may not ask it", advice: "run check as root or as the daemon's user")
        case .unreachable(errno: ENOENT):
            return .problem(subject, "there is no socket \(socket)", advice: "systemctl enable --now \(unit).socket")
        case .unreachable(let code):
            let text = "\(socket): \(String(cString: strerror(code)))"
            return .problem(subject, text, advice: "systemctl restart \(unit).socket")
        }
    }
}
