import ArgumentParser
import Foundation
import SQLite

/// A run of the daemon over so many secrets, which are all due at once.
struct RotationRun {
    var name: String
    let count: Int
    let server: LoopbackServer
    let counter: WriteCounter
    /// Whether the hub is asked to list a secret before and after its rotation.
    var confirms = false
    /// Whether the command that asks for the rotations waits for their ends.
    var waits = false

    /// The longest that a run may take: ten minutes, or 20 rotations a second.
    private var limit: Duration { .seconds(max(600, count / 20)) }
    private static let pace = Duration.milliseconds(200)

    /// Adds the schedules, starts the daemon, asks for all rotations, and measures until the last one is closed.
    ///
    /// The time is the history's own, from the first rotation's `opened_at` to the last one's `closed_at`: to look whether
    /// all are closed, five times a second, then delays no result. CPU is that of the daemon and of the command that asks.
    func measure() async throws -> Contender {
        let keys = "timeout: 30s, max_in_flight: 64, rate_limit: 100000/s, confirm: \(confirms)"
        return try await BenchmarkSite.with(port: server.port, hubKeys: keys) { site in
            let file = "\(site.folder)/schedules.yaml"
            let entries = (1...count).map { "  - {secret: secret_\($0), every: 30d, generator: password}\n" }
            try Data(("schedules:\n" + entries.joined()).utf8).write(to: URL(filePath: file))
            try await site.run(["schedule", "apply", "-f", file, "--json"])
            var contender: Contender?
            try await site.withDaemon(environment: counter.environment) { pid in
                contender = try await watch(pid, site)
            }
            guard let contender else { throw ValidationError("the daemon did not run") }
            return contender
        }
    }

    private func watch(_ pid: Int32, _ site: BenchmarkSite) async throws -> Contender {
        let writes = try counter.counts()
        let server = try ProcessUsage.cpuSeconds(pid: server.pid)
        let command = ProcessUsage.endedChildrenSeconds
        let cpu = try ProcessUsage.cpuSeconds(pid: pid)
        let waiting = waits ? ["--wait", "--timeout", "\(limit.components.seconds)s"] : []
        try await site.run(["rotate-now", "--all", "--json"] + waiting)
        var contender = Contender(name: name, count: count, seconds: 0, cpuSeconds: 0, peakKiB: 0)
        contender.anonymousKiB = try await waitUntilClosed(pid, site)
        contender.cpuSeconds = try ProcessUsage.cpuSeconds(pid: pid) - cpu
        contender.cpuSeconds += ProcessUsage.endedChildrenSeconds - command
        contender.serverSeconds = try ProcessUsage.cpuSeconds(pid: self.server.pid) - server
        contender.writes = try counter.counts() - writes
        contender.peakKiB = try ProcessUsage(pid: pid).peakKiB
        contender.seconds = try secondsByHistory(site)
        return contender
    }

    /// Waits for the end of the last rotation, and answers the most anonymous memory that was seen meanwhile.
    private func waitUntilClosed(_ pid: Int32, _ site: BenchmarkSite) async throws -> Int {
        let history = try Connection(path: "\(site.folder)/rotator.db", mode: .readOnly)
        defer { history.close() }
        let deadline = ContinuousClock.now + limit
        var anonymous = 0
        while ContinuousClock.now < deadline {
            anonymous = max(anonymous, try ProcessUsage(pid: pid).anonymousKiB)
            // Both are found by a partial index, which is empty at the end.
            let isUnderWay = try history.first(
                """
                SELECT EXISTS (SELECT 1 FROM rotations WHERE closed_at IS NULL)
                    OR EXISTS (SELECT 1 FROM requests WHERE rotation IS NULL)
                """
            ) { row throws(SQLiteError) in try row.get(0, as: Bool.self) }
            if isUnderWay == false { return anonymous }
            try await Task.sleep(for: Self.pace)
        }
        throw ValidationError("\(name): not all of \(count) rotations were closed within \(limit)")
    }

    private func secondsByHistory(_ site: BenchmarkSite) throws -> Double {
        let history = try Connection(path: "\(site.folder)/rotator.db", mode: .readOnly)
        defer { history.close() }
        let found = try history.first(
            "SELECT count(*), max(closed_at) - min(opened_at) FROM rotations WHERE outcome = 'succeeded'"
        ) { row throws(SQLiteError) in (try row.get(0, as: Int64.self), try row.get(1, as: Int64?.self)) }
        guard let found, found.0 == count, let milliseconds = found.1, milliseconds > 0 else {
            throw ValidationError("\(name): \(found?.0 ?? 0) of \(count) rotations succeeded")
        }
        return Double(milliseconds) / 1000
    }
}
