import ControlAPI
import RotationConfiguration
import RotationCore

/// Records in the history that it was read: the daemon does it, where one runs.
enum AuditReading {
    static func record(_ reading: RecordAuditRead.Reading, _ configuration: Configuration) async {
        do {
            _ = try await ControlClient(path: configuration.control).send(RecordAuditRead(reading))
        } catch {
            printError("this is not recorded in the history: \(error)\n")
        }
    }
}
