import AIHubClient
import RotationCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ConcurrencyLimiterTests {
    /// Counts what is under way.
    private final class Load: Sendable {
        private let counts = Mutex((now: 0, most: 0))

        var most: Int { counts.withLock { $0.most } }

        /// Stays under way for a few turns of the scheduler.
        func work() async {
            counts.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            for _ in 0..<5 { await Task.yield() }
            counts.withLock { $0.now -= 1 }
        }
    }

    /// Who came, in order.
    private final class Order: Sendable {
        private let kept = Mutex<[Int]>([])

        var numbers: [Int] { kept.withLock { $0 } }

        func append(_ number: Int) {
            kept.withLock { $0.append(number) }
        }
    }

    /// Keeps a limiter's only place until it is told to give it back.
    private final class Holder: Sendable {
        private let release: AsyncStream<Void>.Continuation
        private let task: Task<Void, any Error>

        init(_ limiter: ConcurrencyLimiter) async {
            let (entered, enter) = AsyncStream.makeStream(of: Void.self)
            let (released, release) = AsyncStream.makeStream(of: Void.self)
            self.release = release
            task = Task {
                try await limiter.pass {
                    enter.finish()
                    for await _ in released {}
                }
            }
            for await _ in entered {}
        }

        func end() async throws {
            release.finish()
            try await task.value
        }
    }

    /// Passes the limiter in many tasks at once.
    private func run(_ count: Int, through limiter: ConcurrencyLimiter, _ load: Load) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask { try await limiter.pass { await load.work() } }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: [1, 2, 7])
    func noMoreThanTheMaximumAreInFlight(capacity: Int) async throws {
        let limiter = ConcurrencyLimiter(maxInFlight: capacity, rate: try unlimited())
        let load = Load()
        try await run(200, through: limiter, load)
        #expect(load.most == capacity)
    }

    @Test func resultAndErrorComeThrough() async throws {
        struct Marker: Error {}
        let limiter = ConcurrencyLimiter(maxInFlight: 1, rate: try unlimited())
        #expect(try await limiter.pass { 7 } == 7)
        await #expect(throws: Marker.self) { try await limiter.pass { throw Marker() } }
        #expect(try await limiter.pass { 8 } == 8)
    }

    @Test func waitersEnterInOrder() async throws {
        let limiter = ConcurrencyLimiter(maxInFlight: 1, rate: try unlimited())
        let holder = await Holder(limiter)
        let order = Order()
        let waiters = (0..<20).map { number in
            Task.immediate { try await limiter.pass { order.append(number) } }
        }
        try await holder.end()
        for waiter in waiters { try await waiter.value }
        #expect(order.numbers == Array(0..<20))
    }

    @Test func cancelledWaiterLeavesAndGivesNothingBack() async throws {
        let limiter = ConcurrencyLimiter(maxInFlight: 1, rate: try unlimited())
        let holder = await Holder(limiter)
        let ran = Load()
        let waiter = Task.immediate { try await limiter.pass { await ran.work() } }
        for _ in 0..<20 { await Task.yield() }
        waiter.cancel()
        await #expect(throws: HubError(.notSent)) { try await waiter.value }
        #expect(ran.most == 0)
        try await holder.end()
        let load = Load()
        try await run(50, through: limiter, load)
        #expect(load.most == 1)
    }

    @Test func oneThatIsCancelledBeforeItComesNeverEnters() async throws {
        let limiter = ConcurrencyLimiter(maxInFlight: 1, rate: try unlimited())
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await limiter.pass { true }
        }
        await #expect(throws: HubError(.notSent)) { try await task.value }
        #expect(try await limiter.pass { true })
    }

    /// Who is cancelled while it waits for its token gives its place to the next.
    @Test func placeOfOneThatIsCancelledInTheQueueForTokensIsGivenOn() async throws {
        let limiter = ConcurrencyLimiter(maxInFlight: 1, rate: try #require(RequestRate("1/s")))
        try await limiter.pass {}
        let sleeper = Task.immediate { try await limiter.pass {} }
        for _ in 0..<20 { await Task.yield() }
        let next = Task.immediate { try await limiter.pass { true } }
        sleeper.cancel()
        // A place that was kept would leave it waiting for ever: the suite's time limit ends it then.
        let hasPassed = try await withTaskCancellationHandler {
            try await next.value
        } onCancel: {
            next.cancel()
        }
        #expect(hasPassed)
    }

    @Test func permitThatIsNotUsedGivesItsPlaceBackOnce() async throws {
        let limiter = ConcurrencyLimiter(maxInFlight: 2, rate: try unlimited())
        for _ in 0..<10 {
            let first = try await limiter.permit()
            _ = try await limiter.permit()
            first.end()
        }
        let load = Load()
        try await run(50, through: limiter, load)
        #expect(load.most == 2)
    }

    /// Who waits for a place and who waits for a token, too; nobody is let through later.
    @Test func closedLimiterEndsAllWaiting() async throws {
        let limiter = ConcurrencyLimiter(maxInFlight: 2, rate: try #require(RequestRate("1/h")))
        try await limiter.pass {}
        let waiters = (0..<5).map { _ in Task.immediate { try await limiter.pass {} } }
        limiter.close()
        for waiter in waiters { await #expect(throws: HubError(.notSent)) { try await waiter.value } }
        await #expect(throws: HubError(.notSent)) { try await limiter.pass {} }
    }

    /// The rate is never exceeded, whatever became of the permits.
    @Test func tokenOfAPermitThatIsNotUsedStaysSpent() async throws {
        let limiter = ConcurrencyLimiter(maxInFlight: 2, rate: try #require(RequestRate("2/h")))
        _ = try await limiter.permit()
        let waiter = Task.immediate { try await limiter.pass {} }
        for _ in 0..<20 { await Task.yield() }
        waiter.cancel()
        await #expect(throws: HubError(.notSent)) { try await waiter.value }
    }
}

extension ConcurrencyLimiter {
    /// Does something with a permit.
    fileprivate func pass<T>(_ body: () async throws -> T) async throws -> T {
        let permit = try await permit()
        let result: Result<T, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        permit.end()
        return try result.get()
    }
}
