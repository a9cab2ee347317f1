import ControlAPI
import Glibc
import RotationStore

/// The folder that holds the databases.
enum StateFolder {
    /// Throws where this user is neither root nor the one who may read and write the database.
    static func requireOwner(of database: String) throws(ControlFailure) {
        guard access(database, F_OK) == 0 || errno == EACCES else {
            let reason = String(cString: strerror(errno))
            throw ControlFailure(status: .inputOutput, message: "\(database): \(reason)")
        }
        guard access(database, R_OK | W_OK) == 0 else {
            let reason = "only its owner and root can read it with its candidates"
            throw ControlFailure(status: .notPermitted, message: "\(database): \(reason)")
        }
    }

    /// Changes the owner of files that root has created to the folder's owner, so that the daemon can write them.
    static func giveBack(_ database: String) {
        guard geteuid() == 0 else { return }
        let folder = String(database[..<(database.lastIndex(of: "/") ?? database.startIndex)])
        var owner = stat()
        guard stat(folder, &owner) == 0, owner.st_uid != 0 else { return }
        let candidates = RotationStore.candidatesSuffix
        for suffix in ["", "-wal", "-shm", ".lock", ".mark", candidates, candidates + "-wal", candidates + "-shm"] {
            var file = stat()
            guard lstat(database + suffix, &file) == 0, file.st_uid == 0 else { continue }
            lchown(database + suffix, owner.st_uid, owner.st_gid)
        }
    }
}
