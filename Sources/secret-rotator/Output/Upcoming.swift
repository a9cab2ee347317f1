import HeapModule
import RotationCore
import Scheduling

/// The next slots of several cadences, in the order in which their rotations begin.
struct Upcoming: Sequence, IteratorProtocol {
    /// A cadence.
    struct Source {
        fileprivate var secret: SecretName?
        /// The next slot; nil if there is none, or if only a change of the source causes one.
        fileprivate var next: (slot: Instant, due: Instant)?
        fileprivate let following: (Instant) -> (slot: Instant, due: Instant)?

        /// Creates a source from a cadence without a schedule.
        init(_ cadence: Cadence, zone: Zone, anchor: Instant) {
            following = { instant in
                cadence.nextSlot(after: instant, anchor: anchor, in: zone).map { ($0, $0) }
            }
            next = following(anchor)
        }

        /// Creates a source from a schedule; its first slot is the next due instant, which may be a retry between two
        /// slots.
        init(_ schedule: Schedule) {
            secret = schedule.secret
            if let slot = schedule.slot, let due = schedule.nextDue { next = (slot, due) }
            following = { schedule.next(after: $0) }
        }

        fileprivate mutating func advance() {
            next = next.flatMap { following(Swift.max($0.slot, $0.due)) }
        }
    }

    /// A future slot.
    struct Slot {
        var secret: SecretName?
        var slot: Instant
        /// When the rotation begins.
        var at: Instant
    }

    /// The next slot of one source, for the heap.
    private struct Head: Comparable {
        var at: Instant
        var source: Int

        static func < (left: Head, right: Head) -> Bool {
            (left.at, left.source) < (right.at, right.source)
        }
    }

    private var sources: [Source]
    private var heads: Heap<Head>
    private let end: Instant?

    /// - Parameters:
    ///   - start: Only rotations that begin after it are listed.
    ///   - end: The last instant; nil for no end.
    init(_ sources: [Source], after start: Instant, until end: Instant?) {
        self.sources = sources
        self.end = end
        for index in self.sources.indices {
            guard let next = self.sources[index].next, next.due <= start else { continue }
            // A due rotation begins now; slots before the start are skipped.
            self.sources[index].next = self.sources[index].following(start)
        }
        heads = Heap(
            self.sources.indices.compactMap { [sources = self.sources] index in
                sources[index].next.map { Head(at: $0.due, source: index) }
            }
        )
    }

    mutating func next() -> Slot? {
        guard let head = heads.min, end.map({ head.at <= $0 }) ?? true else { return nil }
        let source = sources[head.source]
        guard let next = source.next else { return nil }
        sources[head.source].advance()
        if let following = sources[head.source].next {
            heads.replaceMin(with: Head(at: following.due, source: head.source))
        } else {
            heads.removeMin()
        }
        return Slot(secret: source.secret, slot: next.slot, at: next.due)
    }
}
