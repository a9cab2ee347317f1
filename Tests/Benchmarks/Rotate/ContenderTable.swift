import Foundation

/// The lines of an aligned table of contenders.
enum ContenderTable {
    private static let widths = [38, 8, 13, 9, 11, 10, 10, 9, 9, 10]

    static var heading: String {
        row([
            "CONTENDER", "N", "ROTATIONS/S", "CPU MS", "SERVER MS", "PEAK MIB", "ANON MIB", "COMMITS", "FSYNCS",
            "FSYNC µS", "DISK µS",
        ])
    }

    /// CPU milliseconds, fsyncs and commits are those of one rotation.
    static func line(of contender: Contender, diskSync: Duration) -> String {
        row([
            contender.name, "\(contender.count)", contender.rate.formatted(places: 1),
            (contender.cpu * 1000).formatted(places: 3),
            contender.server.map { ($0 * 1000).formatted(places: 3) } ?? "-",
            mebibytes(contender.peakKiB), contender.anonymousKiB.map(mebibytes) ?? "-",
            contender.commits?.formatted(places: 3) ?? "-", contender.syncs?.formatted(places: 3) ?? "-",
            contender.secondsOfSync.map { ($0 * 1e6).formatted(places: 0) } ?? "-",
            (diskSync.seconds * 1e6).formatted(places: 0),
        ])
    }

    private static func mebibytes(_ kibibytes: Int) -> String { (Double(kibibytes) / 1024).formatted(places: 1) }

    private static func row(_ cells: [String]) -> String {
        let padded = zip(cells, widths).map { $0.padding(toLength: max($1, $0.count + 1), withPad: " ", startingAt: 0) }
        return padded.joined() + (cells.last ?? "")
    }
}
