import ControlAPI
import RotationCore

/// Follows the progress of requests: a pure state machine over snapshots and commits.
struct RequestFollower {
    /// The state of one request.
    private struct Followed {
        var progress: RequestProgress
        /// The position of the request's snapshot; older commits are not about this request.
        let position: Int64
    }

    private var followed: [Followed] = []
    private var waiting: [SecretName: [Int]] = [:]
    private var served: [RotationID: [Int]] = [:]
    /// The requests whose progress has changed since ``takeUpdates()``.
    private var updated: Set<Int> = []
    private var unfinished = 0

    /// Adds a snapshot of requests.
    ///
    /// - Parameter position: The newest commit in the snapshot.
    mutating func add(_ progress: [RequestProgress], at position: Int64) {
        for one in progress {
            let index = followed.count
            followed.append(Followed(progress: one, position: position))
            updated.insert(index)
            if !one.isOver { unfinished += 1 }
            if let rotation = one.rotation {
                served[rotation, default: []].append(index)
            } else if !one.isOver {
                waiting[one.secret, default: []].append(index)
            }
        }
    }

    /// Applies the changes of a commit.
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
        case .released(_, let rotation):
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

    /// Removes and returns the requests of a group whose snapshot is older than a commit.
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
        if after != before { updated.insert(index) }
        unfinished += (after.isOver ? 0 : 1) - (before.isOver ? 0 : 1)
    }

    /// Returns the progress that has changed since the last call, in the order of the requests.
    mutating func takeUpdates() -> [RequestProgress] {
        defer { updated = [] }
        return updated.sorted().map { followed[$0].progress }
    }

    /// Whether all requests are over.
    var isOver: Bool { unfinished == 0 }
}

extension RequestProgress {
    /// Copies the progress of the rotation that serves the request.
    mutating func take(_ rotation: RotationProgress) {
        (self.rotation, state, attempts) = (rotation.id, rotation.phase, rotation.attempts)
        (nextTry, outcome) = (rotation.nextTry, rotation.outcome?.rawValue)
        (error, errorText) = (rotation.failure?.kind, rotation.failure?.text)
        isUnfinished = rotation.isUnfinished
        // A parked rotation waits for a person, and a failed finish for a repair.
        isOver = rotation.isParked || rotation.isClosed || rotation.isUnfinished
    }
}
