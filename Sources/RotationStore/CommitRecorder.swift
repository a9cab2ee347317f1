import RotationCore
import TransparencyLog

/// Collects what the present transaction changes, for the stream of commits.
///
/// It follows the transaction: what a savepoint undoes is taken back, and what is not committed is forgotten. Its owner is the
/// ledger's.
final class CommitRecorder {
    private var changes = Commit.Changes()
    /// The number that the present transaction's commit will have; nil where it changes nothing.
    var number: Int64?
    /// The right edge of the audit log's tree with the entries of the present transaction; nil while it has none.
    var frontier: MerkleFrontier?

    /// A place to which changes can be taken back.
    struct Place {
        fileprivate var rotations, requests, schedules, hubs, entries: Int
        fileprivate var isWide: Bool
        fileprivate var hasCheckpoint: Bool
        fileprivate var frontier: MerkleFrontier?
    }

    /// Where the changes are now.
    var place: Place {
        Place(
            rotations: changes.rotations.count,
            requests: changes.requests.count,
            schedules: changes.schedules.count,
            hubs: changes.hubs.count,
            entries: changes.entries.count,
            isWide: changes.isWide,
            hasCheckpoint: changes.hasCheckpoint,
            frontier: frontier
        )
    }

    /// Takes back what was changed since.
    func takeBack(to place: Place) {
        changes.rotations.removeLast(changes.rotations.count - place.rotations)
        changes.requests.removeLast(changes.requests.count - place.requests)
        changes.schedules.removeLast(changes.schedules.count - place.schedules)
        changes.hubs.removeLast(changes.hubs.count - place.hubs)
        changes.entries.removeLast(changes.entries.count - place.entries)
        changes.isWide = place.isWide
        changes.hasCheckpoint = place.hasCheckpoint
        frontier = place.frontier
    }

    /// Whether nothing was changed.
    var isEmpty: Bool { changes.isEmpty }

    /// Hands over what was changed, and begins anew.
    func take() -> Commit.Changes {
        defer { (changes, number, frontier) = (Commit.Changes(), nil, nil) }
        return changes
    }

    func add(_ entry: Commit.Entry) { changes.entries.append(entry) }
    func add(_ rotation: RotationProgress) { changes.rotations.append(rotation) }
    func add(_ request: Commit.RequestChange) { changes.requests.append(request) }
    func addSchedule(_ secret: SecretName) { changes.schedules.append(secret) }
    func addHub(_ hub: String) { changes.hubs.append(hub) }
    /// A checkpoint was signed or cosigned: the commit is counted, though no entry is in it.
    func setCheckpoint() { changes.hasCheckpoint = true }
    /// Rows are changed that are not named.
    func setWide() { changes.isWide = true }
}
