import SQLite
import Testing

private actor Counter {
    private let executor = DatabaseExecutor(label: "counter")
    private(set) var count = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func increment() {
        count += 1
    }

    /// Reads the count through a function that has to be told where it runs.
    func look() -> Int { lookIsolated() }

    nonisolated func lookIsolated() -> Int {
        assumeIsolated { $0.count }
    }
}

@Suite("The actors' executor")
struct DatabaseExecutorTests {
    @Test("1000 increments at once keep count")
    func serial() async {
        let counter = Counter()
        await withTaskGroup { group in
            for _ in 0..<1000 { group.addTask { await counter.increment() } }
        }
        #expect(await counter.count == 1000)
    }

    @Test("on the actor, isolation can be assumed")
    func isolated() async {
        let counter = Counter()
        await counter.increment()
        #expect(await counter.look() == 1)
    }

    @Test("elsewhere, assuming isolation ends the process")
    func notIsolated() async {
        await #expect(processExitsWith: .failure) {
            _ = Counter().lookIsolated()
        }
    }
}
