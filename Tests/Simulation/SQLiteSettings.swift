import CSQLite
import Glibc

/// What SQLite does for all of a program's databases.
package enum SQLiteSettings {
    /// Has SQLite count no memory, which takes a lock for each allocation; before any database is opened.
    package static func countNoMemory() {
        _ = csqlite_config_flag(SQLITE_CONFIG_MEMSTATUS, 0)
    }

    /// Has SQLite ask the system for no locks on files any more.
    ///
    /// POSIX locks are between processes, and those of a simulation are all in this one: SQLite itself keeps them apart. The
    /// calls are a tenth of a simulation's time. A program that shares its files with others must not do this.
    package static func lockNoFiles() {
        let system = sqlite3_vfs_find(nil)
        let call: @convention(c) (Int32, Int32, UnsafeMutablePointer<flock>?) -> Int32 = { file, command, lock in
            switch command {
            case F_SETLK: return 0
            case F_GETLK:
                lock?.pointee.l_type = Int16(F_UNLCK)
                return 0
            default: return lock.map { fcntl(file, command, UnsafeMutableRawPointer($0)) } ?? fcntl(file, command)
            }
        }
        // SQLite keeps all system calls as one type of pointer, and casts each before it calls it.
        _ = system?.pointee.xSetSystemCall(system, "fcntl", unsafeBitCast(call, to: sqlite3_syscall_ptr.self))
    }
}
