import ArgumentParser
import Foundation
import Subprocess

/// Counts the fsyncs and the SQLite commits of processes that are started with its environment.
struct WriteCounter {
    /// How often something was done.
    struct Counts {
        /// Calls of fsync(2) and fdatasync(2).
        var syncs: Int
        /// What they took together, in nanoseconds.
        var syncNanoseconds: Int
        /// Transactions that wrote, of all connections.
        var commits: Int

        static func - (later: Counts, earlier: Counts) -> Counts {
            Counts(
                syncs: later.syncs - earlier.syncs,
                syncNanoseconds: later.syncNanoseconds - earlier.syncNanoseconds,
                commits: later.commits - earlier.commits
            )
        }
    }

    private let library: String
    private let file: String

    /// Compiles the library, and makes the file that counts are shared through.
    init(folder: String) async throws {
        library = try await CCompiler.compile(
            WriteCounterProgram.source,
            to: "\(folder)/write-counter.so",
            options: ["-shared", "-fPIC"]
        )
        file = "\(folder)/write-counters"
        try Data(count: 24).write(to: URL(filePath: file))
    }

    /// The variables of a process whose writes are to be counted.
    var environment: Environment {
        .inherit.updating(["LD_PRELOAD": library, "BENCHMARK_WRITE_COUNTERS": file])
    }

    /// The counts so far, of all such processes.
    func counts() throws -> Counts {
        let data = try Data(contentsOf: URL(filePath: file))
        let numbers = data.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 8).map { bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self) }
        }
        guard numbers.count == 3 else { throw ValidationError("\(file) holds no counters") }
        return Counts(syncs: Int(numbers[0]), syncNanoseconds: Int(numbers[1]), commits: Int(numbers[2]))
    }
}
