import ArgumentParser
import TransparencyLog

/// How fast the tree over a history is computed: in one pass over an export, and batch by batch as a store does it.
struct LeavesBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leaves",
        abstract: "Hash leaves into a Merkle tree, on one core."
    )

    @Option(help: "How many leaves.") var count = 2_000_000
    @Option(help: "How many bytes a leaf has.") var length = [40, 100, 500]
    @Option(help: "How many leaves a batch has.") var batch = 64

    func run() throws {
        for length in length {
            let line = [UInt8](repeating: 0x61, count: length)
            let chunk = Array(repeatElement(line + [0x0A], count: 1_000).joined())
            var hasher = LeafLineHasher()
            let pass = try ContinuousClock().measure {
                for _ in 0..<count / 1_000 { try hasher.append(chunk) }
            }
            report("one pass, leaves of \(length) bytes", Int(hasher.frontier.size), pass)
            var stored = MerkleFrontier().bytes
            let batches = ContinuousClock().measure {
                for _ in 0..<count / batch {
                    guard var frontier = MerkleFrontier(bytes: stored) else { return }
                    for _ in 0..<batch { frontier.append(.leaf(line)) }
                    stored = frontier.bytes
                }
            }
            report("batches of \(batch), frontier read and written for each", count / batch * batch, batches)
        }
    }

    private func report(_ what: String, _ leaves: Int, _ time: Duration) {
        let seconds = time / .seconds(1)
        print(
            "\(what): \(leaves) leaves in \((seconds * 1_000).rounded() / 1_000) s, \(Int(Double(leaves) / seconds)) a second"
        )
    }
}
