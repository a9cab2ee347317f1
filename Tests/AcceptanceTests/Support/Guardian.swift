import Glibc
import Synchronization

/// Ends the processes that tests have started when the tests' own process ends, however that comes about.
///
/// A daemon that outlived a crashed test run would go on asking a port that is another hub's by then. A small program
/// holds the list; the end of its standard input is the end of this process.
final class Guardian: Sendable {
    static let shared = Guardian()

    /// The stream to the program; nil where it could not be started.
    ///
    /// Guard of `@unchecked Sendable`: the mutex around it.
    private struct Pipe: @unchecked Sendable {
        var stream: UnsafeMutablePointer<FILE>?
    }

    private let pipe: Mutex<Pipe>

    /// It lets go of what it inherits: sockets of other tests, which would stay open for as long as it lives.
    private static let program = """
        exec python3 -c '
        import os, sys
        os.closerange(3, 1 << 16)
        pids = set()
        for line in sys.stdin:
            (pids.add if line[0] == "+" else pids.discard)(int(line[1:]))
        for pid in pids:
            try: os.kill(pid, 9)
            except OSError: pass
        '
        """

    private init() {
        // "e": no child inherits the stream, which would keep it open.
        pipe = Mutex(Pipe(stream: popen(Self.program, "we")))
    }

    /// Ends the process when this one ends.
    func watch(_ pid: Int32) { write("+\(pid)\n") }

    /// The process has ended.
    func release(_ pid: Int32) { write("-\(pid)\n") }

    private func write(_ line: String) {
        pipe.withLock { pipe in
            guard let stream = pipe.stream else { return }
            fputs(line, stream)
            fflush(stream)
        }
    }
}
