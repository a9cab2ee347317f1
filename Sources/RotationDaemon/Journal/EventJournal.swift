import Logging
import RotationCore

/// Writes a line to the journal for each entry of the history, once it is committed.
struct EventJournal: Sendable {
    let feed: EntryFeed
    /// The journal's.
    let logger: Logger

    /// Writes until the stream has ended, or the task is cancelled.
    func run() async {
        var feed = feed
        while true {
            do {
                guard let entries = try await feed.next() else { return }
                for entry in entries { Self.log(entry.line, to: logger) }
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("events are missing here, as the history can't be read: \(error)")
                feed.skip()
            }
        }
    }

    /// Writes the line of one entry.
    static func log(_ line: String, to logger: Logger) {
        guard let entry = CommittedEntry(line: line), let name = entry.name else { return }
        var metadata = Logger.Metadata(uniqueKeysWithValues: entry.fields.map { ($0.key, "\($0.value)") })
        // The number of the last attempt, under one name in all events.
        metadata["attempt"] = (entry.field("attempt") ?? entry.field("attempts")).map { "\($0)" }
        metadata["attempts"] = nil
        let own: [String: String?] = [
            "hub": entry.hub, "alias": entry.alias, "rotation": entry.rotation, "trigger": entry.trigger,
            "event": entry.event, "seq": "\(entry.seq)", "message_id": name.messageID,
        ]
        for (key, value) in own { metadata[key] = value.map { "\($0)" } }
        if entry.actor.kind != "daemon" { metadata["actor"] = "\(entry.actor.word)" }
        logger.log(level: name.level, "\(entry.event)", metadata: metadata)
    }
}
