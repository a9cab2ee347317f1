import RotationCore
import Testing

/// The stream of commits: without gaps, or the subscriber reads again.
struct CommitStreamTests {
    private static func commit(_ number: Int64) -> Commit {
        var changes = Commit.Changes()
        changes.hubs = ["h\(number)"]
        return Commit(number: number, changes: changes)
    }

    private static func numbers(_ next: CommitStream.Next) -> [Int64]? {
        if case .commits(let commits) = next { commits.map(\.number) } else { nil }
    }

    @Test func subscriberGetsEachCommitOnceAndInOrder() async {
        let stream = CommitStream(position: 7)
        for number in Int64(8)...10 { stream.publish(Self.commit(number)) }
        #expect(await Self.numbers(stream.next(after: 7)) == [8, 9, 10])
        #expect(await Self.numbers(stream.next(after: 9)) == [10])
        #expect(stream.position == 10)
    }

    /// Which comes first, the wait or the commit, does not matter.
    @Test func waitingSubscribersGetWhatComes() async {
        let stream = CommitStream(position: 0)
        await withTaskGroup { group in
            for _ in 0..<20 { group.addTask { await Self.numbers(stream.next(after: 0)) } }
            stream.publish(Self.commit(1))
            for await numbers in group { #expect(numbers == [1]) }
        }
    }

    /// Who is too slow for what is kept, or comes from another life of the history, takes a snapshot.
    @Test(arguments: [Int64(0), 3, 99])
    func positionThatIsNotKeptIsReadAgain(position: Int64) async {
        let stream = CommitStream(position: 0, capacity: 4)
        for number in Int64(1)...8 { stream.publish(Self.commit(number)) }
        guard case .readAgain = await stream.next(after: position) else {
            Issue.record("position \(position) is taken for one that is kept")
            return
        }
        #expect(await Self.numbers(stream.next(after: 4)) == [5, 6, 7, 8])
    }

    /// A number that was left out is a gap: nobody gets the commits around it as if nothing was missing.
    @Test func gapIsReadAgain() async {
        let stream = CommitStream(position: 0)
        for number in [Int64(1), 2, 4, 5] { stream.publish(Self.commit(number)) }
        for position in Int64(0)...2 {
            guard case .readAgain = await stream.next(after: position) else {
                Issue.record("position \(position) is before the gap")
                return
            }
        }
        #expect(await Self.numbers(stream.next(after: 3)) == [4, 5])
    }

    /// A few large commits take no more room than many small ones.
    @Test func largeCommitsAreNotKeptForLong() async {
        let stream = CommitStream(position: 0)
        var changes = Commit.Changes()
        changes.hubs = Array(repeating: "h", count: 20_000)
        for number in Int64(1)...3 { stream.publish(Commit(number: number, changes: changes)) }
        #expect(await Self.numbers(stream.next(after: 2)) == [3])
        guard case .readAgain = await stream.next(after: 1) else {
            Issue.record("two large commits are kept")
            return
        }
    }

    @Test func cancelledSubscriberAndEndOfTheStreamEndTheWait() async {
        let stream = CommitStream(position: 0)
        let waiting = Task { await stream.next(after: 0) }
        waiting.cancel()
        guard case .ended = await waiting.value else {
            Issue.record("a cancelled subscriber waits on")
            return
        }
        let another = Task { await stream.next(after: 0) }
        stream.end()
        guard case .ended = await another.value else {
            Issue.record("a subscriber waits for what never comes")
            return
        }
    }
}
