package import RotationCore

/// The entries of the history in their order, each once and without a gap: from the stream, and what memory no longer holds
/// from the history, in slices.
///
/// A value that a reader keeps; the writer of the history knows nothing of it.
package struct EntryFeed: Sendable {
    /// Reads entries with a larger number, the oldest first.
    package typealias Read = @Sendable (_ after: Int64, _ limit: Int) async throws -> [Commit.Entry]

    /// How many entries are read from the history at once.
    package static let slice = 256

    private let stream: CommitStream
    private let read: Read
    /// The newest entry that was handed out; nil before the first one, if it may be any.
    package private(set) var seq: Int64?
    /// The position in the stream; nil while the history is read.
    private var position: Int64?

    /// A feed of what is committed from now on.
    package init(of stream: CommitStream, from position: Int64, read: @escaping Read) {
        (self.stream, self.read, self.position) = (stream, read, position)
    }

    /// A feed of all entries after one.
    package init(of stream: CommitStream, after seq: Int64, read: @escaping Read) {
        (self.stream, self.read, self.seq) = (stream, read, seq)
    }

    /// The next entries; nil once the stream has ended, or the task was cancelled.
    ///
    /// It waits for them.
    package mutating func next() async throws -> [Commit.Entry]? {
        while !Task.isCancelled {
            let entries: [Commit.Entry]
            if let position {
                switch await stream.next(after: position) {
                case .ended: return nil
                case .readAgain: entries = behind()
                case .commits(let commits):
                    self.position = commits.last?.number ?? position
                    let news = commits.flatMap(\.changes.entries).filter { $0.seq > seq ?? 0 }
                    let isNext = seq == nil || news.first.map { $0.seq == (seq ?? 0) + 1 } ?? true
                    entries = isNext ? news : behind()
                }
            } else {
                entries = try await readSlice()
            }
            if let last = entries.last {
                seq = last.seq
                return entries
            }
        }
        return nil
    }

    /// Goes on with what is committed from now on, without what is missing until then.
    package mutating func skip() {
        position = stream.position
    }

    /// Has the history read.
    private mutating func behind() -> [Commit.Entry] {
        // Without a number there is nothing to continue from.
        position = seq == nil ? stream.position : nil
        return []
    }

    private mutating func readSlice() async throws -> [Commit.Entry] {
        // Before it is read: what is committed meanwhile is seen again, and left out then.
        let start = stream.position
        let entries = try await read(seq ?? 0, Self.slice)
        if entries.count < Self.slice { position = start }
        return entries
    }
}
