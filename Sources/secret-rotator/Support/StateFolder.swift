import Glibc

/// The folder that holds the databases.
enum StateFolder {
    /// Changes the owner of files that root has created to the folder's owner, so that the daemon can write them.
    static func giveBack(_ database: String) {
        guard geteuid() == 0 else { return }
        let folder = String(database[..<(database.lastIndex(of: "/") ?? database.startIndex)])
        var owner = stat()
        guard stat(folder, &owner) == 0, owner.st_uid != 0 else { return }
        for suffix in ["", "-wal", "-shm", ".lock"] {
            var file = stat()
            guard lstat(database + suffix, &file) == 0, file.st_uid == 0 else { continue }
            lchown(database + suffix, owner.st_uid, owner.st_gid)
        }
    }
}
