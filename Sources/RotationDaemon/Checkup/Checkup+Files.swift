import Glibc
import RotationConfiguration
import RotationCore
import RotationStore
import SQLite
import SecretMemory
import TransparencyLog
import ValueGenerators

extension Checkup {
    func checkConfiguration() -> [Finding] {
        let count = configuration.hubs.count
        let text = "\(count) \(count == 1 ? "hub" : "hubs"), hash \(configuration.hash)"
        guard let status = FileStatus(configuration.path), status.mode & 0o022 == 0 else {
            let text =
                "\(configuration.path) can be written by other users than its owner: they could send tokens to another "
                + "host"
            return [.problem("configuration", text, advice: "chmod go-w \(configuration.path)")]
        }
        return [.good("configuration", "\(configuration.path): \(text)")]
    }

    // MARK: Keys

    func checkKeys(isDaemonReady: Bool) -> [Finding] {
        var findings = configuration.stagingKeys.map { key in
            checkSecretFile("staging key", key, isDaemonReady: isDaemonReady) { bytes in
                _ = try StagingKey(bytes)
                return "sound"
            }
        }
        if let key = configuration.auditKey {
            // Unlike other keys, a daemon runs without it: that is a problem of its own in `status`.
            let unseen = "you may not read it; `status` tells if the daemon can't sign by it"
            findings.append(
                checkSecretFile("audit key", key, isDaemonReady: isDaemonReady, unseen: unseen, checkAuditKey)
            )
        }
        return findings
    }

    private func checkAuditKey(_ bytes: LockedBytes) throws -> String {
        "sound, origin \(try configuration.auditKey(in: bytes).name)"
    }

    /// Checks a file that holds a secret.
    ///
    /// - Parameter read: Parses the content, and describes it.
    private func checkSecretFile(
        _ subject: String,
        _ reference: Configuration.FileReference,
        isDaemonReady: Bool,
        unseen: String = "you may not read it; the daemon has read it",
        _ read: (LockedBytes) throws -> String
    ) -> Finding {
        do {
            let path = try reference.path()
            do {
                return .good(subject, "\(path): \(try read(SecretFile.read(path, limit: 64 * 1024)))")
            } catch let error as SecretFile.Failure {
                throw error
            } catch {
                return .problem(subject, "\(path): \(error)")
            }
        } catch let error where Self.isOutOfReach(error) {
            guard isDaemonReady else {
                return .warning(subject, "\(error)", advice: "run check as root, or while the daemon runs")
            }
            return .good(subject, unseen)
        } catch {
            return .problem(subject, "\(error)")
        }
    }

    /// Whether an error only means that this user may not read the file: the daemon may still be able to.
    static func isOutOfReach(_ error: any Error) -> Bool {
        switch error {
        case SecretFile.Failure.system(_, let code): code == EACCES || code == EPERM
        case let error as ConfigurationError: error.issues.contains { $0.source.hasPrefix("credential:") }
        default: false
        }
    }

    // MARK: Database

    func checkDatabase() -> [Finding] {
        let folder = PathText.folder(of: configuration.database)
        guard let folderStatus = FileStatus(folder) else {
            return [.problem("database", "there is no folder \(folder)", advice: "mkdir -m 711 \(folder)")]
        }
        var findings: [Finding] = []
        if folderStatus.mode & 0o022 != 0 {
            let text = "\(folder) can be written by other users than its owner"
            findings.append(.problem("database folder", text, advice: "chmod go-w \(folder)"))
        } else if folderStatus.mode & 0o044 != 0 {
            let text = "\(folder) can be listed by other users than its owner"
            findings.append(.warning("database folder", text, advice: "chmod go-r \(folder)"))
        }
        guard let status = FileStatus(configuration.database) else {
            return findings + [.good("database", "not created yet: the daemon or an edit creates it")]
        }
        if status.owner != folderStatus.owner {
            let text = "\(configuration.database) belongs to uid \(status.owner), its folder to \(folderStatus.owner)"
            findings.append(.warning("database", text, advice: "chown it to the daemon's user"))
        }
        return findings + [checkContent()] + checkModes() + checkCopy()
    }

    private func checkContent() -> Finding {
        let copy = HistoryCopy(of: configuration.database).path
        guard access(configuration.database, R_OK) == 0 || errno != EACCES || access(copy, R_OK) == 0 else {
            return holder?.isDaemon == true
                ? .good("database", "you may not read it; the daemon has it open")
                : .warning("database", "you may not read it", advice: "run check as root, or while the daemon runs")
        }
        do {
            let (history, copy) = try History.readable(configuration.database, generators: BuiltInGenerators())
            defer { history.close() }
            let problems = try history.damage()
            guard problems.isEmpty else {
                return .problem(
                    "database",
                    problems.joined(separator: "; "),
                    advice: "stop the daemon, restore a backup"
                )
            }
            let path = copy == nil ? configuration.database : HistoryCopy(of: configuration.database).path
            return .good("database", "\(path): sound, schema \(history.schemaVersion)")
        } catch let failure as Migrator.Failure {
            return .problem("database", failure.finding, advice: failure.advice)
        } catch {
            return .problem("database", "\(error)")
        }
    }

    /// A process that may read a live database may also lock it.
    private func checkModes() -> [Finding] {
        let candidates = RotationStore.candidatesPath(for: configuration.database)
        return [(configuration.database, "database"), (candidates, "candidates")].compactMap { path, subject in
            guard let status = FileStatus(path), status.mode & 0o077 != 0 else { return nil }
            let text = "\(path) can be read by other users: the daemon corrects its mode when it starts"
            return subject == "database"
                ? .warning(subject, text, advice: "chmod 600 \(path)")
                : .problem(subject, text, advice: "chmod 600 \(path)")
        }
    }

    private func checkCopy() -> [Finding] {
        let copy = HistoryCopy(of: configuration.database)
        guard let status = FileStatus(copy.folder), status.mode & 0o027 != 0 else { return [] }
        let text =
            "\(copy.folder) has mode \(String(status.mode, radix: 8)): only its group may read the copy"
        return [.warning("history copy", text, advice: "chmod 2750 \(copy.folder)")]
    }

    // MARK: Machine

    func checkDisk() -> [Finding] {
        let folder = PathText.folder(of: configuration.database)
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return [] }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize) / 1_048_576
        let text = "\(free) MiB free in \(folder)"
        switch free {
        case ..<64: return [.problem("disk", text, advice: "free space: without history nothing is rotated")]
        case ..<1024: return [.warning("disk", text, advice: "free space: without history nothing is rotated")]
        default: return [.good("disk", text)]
        }
    }

    func checkClock() -> [Finding] {
        SystemClock().isSynchronised
            ? [.good("clock", "synchronised")]
            : [.warning("clock", "no time service confirms it", advice: "timedatectl set-ntp true")]
    }
}
