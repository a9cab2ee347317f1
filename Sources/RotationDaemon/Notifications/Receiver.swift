import Logging
import Notifications
import RotationCore
import Scheduling

/// Sends one receiver the conditions that begin and end, one message after the other.
struct Receiver: Sendable {
    let name: String
    /// The kinds of condition that it gets.
    let kinds: Set<Condition.Kind>
    let rate: RequestRate
    let transport: any Transport
    let board: ConditionBoard
    let told: ToldConditions
    let host: String
    let clock: any Clock
    let logger: Logger
    /// Waits, or throws when the task is cancelled.
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Tells until its task is cancelled.
    func run() async {
        var correspondence = Correspondence(told: told[name].filter { kinds.contains($0.kind) }, rate: rate)
        let (signals, signal) = board.signals()
        var (isFailing, alarm) = (false, Task<Void, Never>?.none)
        defer { alarm?.cancel() }
        for await _ in signals {
            guard !Task.isCancelled else { return }
            guard let open = board.open?.filter({ kinds.contains($0.key.kind) }) else { continue }
            switch correspondence.next(open, now: clock.uptime) {
            case .idle: break
            case .wait(let instant):
                let (wait, pause) = (instant - clock.uptime, pause)
                alarm?.cancel()
                alarm = Task {
                    guard (try? await pause(wait)) != nil else { return }
                    signal.yield()
                }
            case .send(let notice):
                let failure = await deliver(notice)
                if failure == nil {
                    correspondence.delivered(notice, now: clock.uptime)
                    record(correspondence)
                } else {
                    correspondence.failed(now: clock.uptime)
                }
                log(failure, wasFailing: isFailing)
                isFailing = failure != nil
                signal.yield()
            }
        }
    }

    private func deliver(_ notice: Notice) async -> DeliveryFailure? {
        let text = notice.json(receiver: name, host: host, now: clock.now).canonicalText + "\n"
        do throws(DeliveryFailure) {
            try await transport.deliver(Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    private func record(_ correspondence: Correspondence) {
        do throws(FileFailure) { try told.record(correspondence.told.values, of: name) } catch {
            logger.error("what a receiver was told can't be kept: \(error)", metadata: ["notification": "\(name)"])
        }
    }

    private func log(_ failure: DeliveryFailure?, wasFailing: Bool) {
        guard !Task.isCancelled else { return }
        let metadata: Logger.Metadata = ["notification": "\(name)"]
        switch (failure, wasFailing) {
        case (let failure?, false): logger.warning("a notification can't be delivered: \(failure)", metadata: metadata)
        case (let failure?, true): logger.debug("a notification can't be delivered: \(failure)", metadata: metadata)
        case (nil, true): logger.notice("notifications are delivered again", metadata: metadata)
        case (nil, false): logger.debug("notification delivered", metadata: metadata)
        }
    }
}
