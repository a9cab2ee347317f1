import Glibc
import RotationConfiguration
import RotationCore
import RotationStore

/// Brings the auditors' copy up to date with what a command has written while no daemon runs.
///
/// Where that is cheap: a large copy waits for the daemon's next start.
enum CopyFollowUp {
    /// A command waits so long for it.
    private static let longest = Duration.seconds(2)
    /// A larger copy is not written by a command, in bytes.
    private static let largest: Int64 = 16 << 20

    /// Writes a copy that is there already; where that fails, the command has succeeded all the same.
    ///
    /// - Parameters:
    ///   - stream: What was committed to the database, which is closed by now.
    ///   - position: Where the stream was before the command.
    static func run(_ configuration: Configuration, _ stream: CommitStream, since position: Int64) async {
        let database = configuration.database
        var copy = stat()
        // Files of root's would be in the daemon's way.
        guard stream.position != position, isOwner(of: database),
            stat(HistoryCopy(of: database).path, &copy) == 0, copy.st_size <= largest
        else { return }
        let copier = HistoryCopier(of: database, stream: stream, clock: SystemClock())
        guard let reason = await copier.bringUpToDate(within: longest) else { return }
        printError("warning: the history copy is not up to date until a daemon runs: \(reason)\n")
    }

    private static func isOwner(of path: String) -> Bool {
        var file = stat()
        return stat(path, &file) == 0 && file.st_uid == geteuid()
    }
}
