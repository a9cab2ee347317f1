import HTTPTypes
import HummingbirdCore
import NIOCore
import Reporting
import RotationCore
import Synchronization

/// Limits how many streams of events are open.
final class EventSlots: Sendable {
    private let count = Atomic(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// One open stream; it is over when the last reference to it is gone.
    final class Slot: Sendable {
        private let slots: EventSlots

        fileprivate init(_ slots: EventSlots) { self.slots = slots }

        deinit { slots.count.subtract(1, ordering: .sequentiallyConsistent) }
    }

    /// A slot for a stream; nil if there are too many.
    func take() -> Slot? {
        guard count.add(1, ordering: .sequentiallyConsistent).newValue <= limit else {
            count.subtract(1, ordering: .sequentiallyConsistent)
            return nil
        }
        return Slot(self)
    }
}

/// The status page's stream of events (HTML Standard, section 9.2, Server-sent events).
extension ObservationServer {
    /// The shortest time between two events.
    private static let pace = Duration.milliseconds(250)
    /// The longest time between two signs of life; a browser that has gone is noticed at one.
    private static let beat = Duration.seconds(15)
    /// How long a browser may take to read; then it is disconnected, and connects again by itself.
    private static let patience = TimeAmount.seconds(10)
    /// The longest stream; then the browser connects again.
    private static let longest = Duration.seconds(3600)

    func events(_ channel: any Channel) -> Response {
        guard let slot = pages.take() else {
            var refusal = text(.serviceUnavailable, "too many pages are open\n")
            refusal.headers[.retryAfter] = "30"
            return refusal
        }
        return Response(
            status: .ok,
            headers: Self.headers(Self.eventStream),
            body: ResponseBody { writer in
                defer { withExtendedLifetime(slot) {} }
                try await stream(to: &writer, channel)
                try await writer.finish(nil)
            }
        )
    }

    /// Sends each section that has changed since it was sent last; all of them first.
    @concurrent private func stream(to writer: inout any ResponseBodyWriter, _ channel: any Channel) async throws {
        var sent: [StatusPage.Part: String] = [:]
        let end = ContinuousClock.now + Self.longest
        try await send("retry: 3000\n\n", to: &writer, channel)
        while !Task.isCancelled, ContinuousClock.now < end {
            // Read before the observation: a change in between is seen in the next turn.
            let position = environment.changes.position
            var text = ""
            for (part, html) in StatusPage.parts(await environment.observe()) where sent[part] != html {
                text += "event: part\ndata: \(StatusPage.event(part, html: html))\n\n"
                sent[part] = html
            }
            // A comment, if nothing has changed.
            try await send(text.isEmpty ? ":\n\n" : text, to: &writer, channel)
            try await Task.sleep(for: Self.pace)
            await environment.changes.next(after: position, until: .now + Self.beat)
        }
    }

    @concurrent private func send(_ text: String, to writer: inout any ResponseBodyWriter, _ channel: any Channel)
        async throws
    {
        let limit = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        defer { limit.cancel() }
        try await writer.write(ByteBuffer(string: text))
    }
}
