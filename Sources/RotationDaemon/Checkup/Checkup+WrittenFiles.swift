import RotationConfiguration
import ValueGenerators

/// Checks where the daemon writes files for others: metrics, the heartbeat, checkpoints.
extension Checkup {
    func checkWrittenFiles() -> [Finding] {
        // The database's folder belongs to the daemon's user.
        let user = FileStatus(PathText.folder(of: configuration.database))?.owner
        return writtenFiles.compactMap { file in
            let folder = PathText.folder(of: file.path)
            let place = !file.isReplaced && FileStatus(file.path) != nil ? file.path : folder
            guard let status = FileStatus(place) else {
                // systemd makes this one when the daemon starts.
                guard folder != PathText.folder(of: configuration.control) else { return nil }
                let text = "\(file.path) can't be written: there is no folder \(folder)"
                return .problem(file.subject, text, advice: "create it for the daemon's user")
            }
            // With an access control list, the bits of the group are its mask.
            guard let user, user != 0, user != status.owner, status.mode & 0o022 == 0 else { return nil }
            let text = "only its owner (uid \(status.owner)) may write \(place), not the daemon's user (uid \(user))"
            return .problem(file.subject, text, advice: "let the daemon's user write it: chgrp and chmod g+w")
        }
    }

    private struct WrittenFile {
        var subject: String
        var path: String
        /// Whether a new file is made beside it.
        var isReplaced: Bool
    }

    private var writtenFiles: [WrittenFile] {
        var files: [WrittenFile] = []
        if let path = configuration.metrics.textfile {
            files.append(WrittenFile(subject: "metrics", path: path, isReplaced: true))
        }
        if let path = configuration.heartbeat?.file {
            files.append(WrittenFile(subject: "heartbeat", path: path, isReplaced: false))
        }
        if let path = configuration.audit.checkpointFile {
            files.append(WrittenFile(subject: "checkpoint file", path: path, isReplaced: false))
        }
        return files
    }
}
