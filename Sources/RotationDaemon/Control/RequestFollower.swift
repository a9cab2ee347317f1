import ControlAPI
import RotationCore

/// Follows requests by what is committed: a pure state machine over snapshots and commits.
struct RequestFollower {
    /// A request that is followed.
    private struct Followed {
        var progress: RequestProgress
        /// The newest commit that its snapshot shows: what an older one says of the secret is not about this request.
        let position: Int64
    }

    private var followed: [Followed] = []
    private var waiting: [SecretName: [Int]] = [:]
    private var served: [RotationID: [Int]] = [:]
    /// Those whose progress is to be told.
    private var news: Set<Int> = []
    private var unfinished = 0

    /// Takes a snapshot of requests.
    ///
    /// - Parameter position: The newest commit that it shows.
    mutating func add(_ progress: [RequestProgress], at position: Int64) {
        for one in progress {
            let index = followed.count
            followed.append(Followed(progress: one, position: position))
            news.insert(index)
            if !one.isOver { unfinished += 1 }
            if let rotation = one.rotation {
                served[rotation, default: []].append(index)
            } else if !one.isOver {
                waiting[one.secret, default: []].append(index)
            }
        }
    }

    /// Takes what a commit has changed.
    mutating func take(_ commit: Commit) {
        for change in commit.changes.requests { take(change, commit.number) }
        for rotation in commit.changes.rotations {
            for index in served[rotation.id, default: []] where followed[index].position < commit.number {
                update(index) { $0.take(rotation) }
            }
        }
    }

    private mutating func take(_ change: Commit.RequestChange, _ number: Int64) {
        switch change {
        case .added: break
        case .served(let secret, let rotation):
            for index in Self.leave(&waiting, secret, followed, number) {
                served[rotation, default: []].append(index)
                update(index) { $0.rotation = rotation }
            }
        case .released(let rotation):
            for index in Self.leave(&served, rotation, followed, number) {
                waiting[followed[index].progress.secret, default: []].append(index)
                update(index) {
                    $0 = RequestProgress(request: $0.request, secret: $0.secret, state: "queued", isOver: false)
                }
            }
        case .dropped(let secret):
            for index in Self.leave(&waiting, secret, followed, number) {
                update(index) { ($0.state, $0.isOver) = ("dropped", true) }
            }
        }
    }

    /// Takes those out of a group to whom a commit is news.
    private static func leave<Key>(
        _ groups: inout [Key: [Int]],
        _ key: Key,
        _ followed: [Followed],
        _ number: Int64
    ) -> [Int] {
        guard let indices = groups[key] else { return [] }
        groups[key] = indices.filter { followed[$0].position >= number }
        return indices.filter { followed[$0].position < number }
    }

    private mutating func update(_ index: Int, _ change: (inout RequestProgress) -> Void) {
        let before = followed[index].progress
        change(&followed[index].progress)
        let after = followed[index].progress
        if after != before { news.insert(index) }
        unfinished += (after.isOver ? 0 : 1) - (before.isOver ? 0 : 1)
    }

    /// What is new since this was asked last, by the order of the requests.
    mutating func takeNews() -> [RequestProgress] {
        defer { news = [] }
        return news.sorted().map { followed[$0].progress }
    }

    /// Whether nothing more will come.
    var isOver: Bool { unfinished == 0 }
}

extension RequestProgress {
    /// Takes how far the rotation has come that serves the request.
    mutating func take(_ rotation: RotationProgress) {
        (self.rotation, state, attempts) = (rotation.id, rotation.phase, rotation.attempts)
        (nextTry, outcome) = (rotation.nextTry, rotation.outcome?.rawValue)
        (error, errorText) = (rotation.failure?.kind, rotation.failure?.text)
        isUnfinished = rotation.isUnfinished
        // A parked rotation waits for a person; a finish that failed, until its cause is mended.
        isOver = rotation.isParked || rotation.isClosed || rotation.isUnfinished
    }
}
