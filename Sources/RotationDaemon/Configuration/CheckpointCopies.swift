package import RotationConfiguration

/// Where copies of the signed checkpoints are: only one outside of the database shows that the history was rewritten.
package enum CheckpointCopies: String, Sendable {
    /// Nothing is signed.
    case unsigned
    /// In the database only.
    case none
    /// In `audit.checkpoint_file` too.
    case file
    /// At witnesses.
    case witnesses

    package init(_ configuration: Configuration) {
        self =
            if configuration.auditKey == nil {
                .unsigned
            } else if !configuration.audit.witnesses.isEmpty {
                .witnesses
            } else {
                configuration.audit.checkpointFile == nil ? .none : .file
            }
    }

    /// What is missing; nil for nothing.
    package var warning: String? {
        switch self {
        case .unsigned: "NOTHING IS SIGNED: anyone who can write the database can rewrite the history unnoticed"
        case .none:
            "NO COPY of the checkpoints leaves the database: anyone who can write it can rewrite the history unnoticed"
        case .file: "the checkpoint file is all there is: copy it off this host"
        case .witnesses: nil
        }
    }

    /// What to do about it; nil for nothing.
    package var advice: String? {
        switch self {
        case .unsigned: "set keys.audit (secret-rotator keygen audit), and audit.witnesses or audit.checkpoint_file"
        case .none: "set audit.witnesses; or audit.checkpoint_file, and copy that file off this host"
        case .file: "copy audit.checkpoint_file to another host after each checkpoint, or set audit.witnesses"
        case .witnesses: nil
        }
    }
}

extension Checkup {
    /// Warns where no copy of the checkpoints is kept elsewhere.
    func checkCopies() -> [Finding] {
        let copies = CheckpointCopies(configuration)
        guard let warning = copies.warning else {
            let count = configuration.audit.witnesses.count
            return [
                .good(
                    "audit log",
                    "\(count) \(count == 1 ? "witness" : "witnesses"), quorum \(configuration.audit.quorum)"
                )
            ]
        }
        return [.warning("audit log", warning, advice: copies.advice)]
    }
}
