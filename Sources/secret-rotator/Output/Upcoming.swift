import HeapModule
import RotationCore
import Scheduling

/// The slots to come of several cadences, in the order in which their rotations begin.
struct Upcoming: Sequence, IteratorProtocol {
    /// A cadence.
    struct Source {
        fileprivate var secret: SecretName?
        fileprivate var next: (slot: Instant, due: Instant)
        fileprivate let following: (Instant) -> (slot: Instant, due: Instant)

        /// A cadence that belongs to no schedule.
        init(_ cadence: Cadence, zone: Zone, anchor: Instant) {
            following = { instant in
                let slot = cadence.nextSlot(after: instant, anchor: anchor, in: zone)
                return (slot, slot)
            }
            next = following(anchor)
        }

        /// A schedule: first what is due next, which may be a retry between two slots.
        init(_ schedule: Schedule) {
            secret = schedule.secret
            next = (schedule.slot, schedule.nextDue)
            following = { schedule.next(after: $0) }
        }

        fileprivate mutating func advance() {
            next = following(Swift.max(next.slot, next.due))
        }
    }

    /// A slot to come.
    struct Slot {
        var secret: SecretName?
        var slot: Instant
        /// When the rotation begins.
        var at: Instant
    }

    /// The slot of a source that comes next.
    private struct Head: Comparable {
        var at: Instant
        var source: Int

        static func < (left: Head, right: Head) -> Bool {
            (left.at, left.source) < (right.at, right.source)
        }
    }

    private var sources: [Source]
    private var heads: Heap<Head>
    private let end: Instant

    /// - Parameters:
    ///   - start: No rotation begins at or before it.
    ///   - end: None begins after it.
    init(_ sources: [Source], after start: Instant, until end: Instant) {
        self.sources = sources
        self.end = end
        for index in self.sources.indices where self.sources[index].next.due <= start {
            // What is overdue begins at once; a forecast for later skips what comes before.
            self.sources[index].next = self.sources[index].following(start)
        }
        heads = Heap(
            self.sources.indices.map { [sources = self.sources] in Head(at: sources[$0].next.due, source: $0) }
        )
    }

    mutating func next() -> Slot? {
        guard let head = heads.min, head.at <= end, head.at < .distantFuture else { return nil }
        let source = sources[head.source]
        sources[head.source].advance()
        heads.replaceMin(with: Head(at: sources[head.source].next.due, source: head.source))
        return Slot(secret: source.secret, slot: source.next.slot, at: source.next.due)
    }
}
