/// What so many rotations cost one contender.
struct Contender: Sendable {
    let name: String
    let count: Int
    /// From the first rotation's begin to the last one's end.
    var seconds: Double
    /// User and system time of the contender's processes.
    var cpuSeconds: Double
    /// The same of the server that it spoke to; nil for none.
    var serverSeconds: Double?
    /// The most resident memory, of files that are mapped too.
    var peakKiB: Int
    /// The most anonymous memory that was seen; nil where nobody looked.
    var anonymousKiB: Int?
    /// nil where they were not counted.
    var writes: WriteCounter.Counts?

    /// Rotations a second.
    var rate: Double { Double(count) / seconds }
    /// CPU seconds of a rotation, without the server's.
    var cpu: Double { cpuSeconds / Double(count) }
    /// CPU seconds of a rotation in the server.
    var server: Double? { serverSeconds.map { $0 / Double(count) } }
    /// fsyncs and fdatasyncs of a rotation.
    var syncs: Double? { writes.map { Double($0.syncs) / Double(count) } }
    /// What an fsync took in the mean during the run, in seconds; nil where there was none.
    var secondsOfSync: Double? {
        writes.flatMap { $0.syncs > 0 ? Double($0.syncNanoseconds) / Double($0.syncs) / 1e9 : nil }
    }
    /// Commits of a rotation.
    var commits: Double? { writes.map { Double($0.commits) / Double(count) } }
}
