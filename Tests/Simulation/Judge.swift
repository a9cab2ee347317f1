import RotationCore
import Scheduling
import Synchronization

/// Knows what has really happened, and says what must not have.
final class Judge: Sendable {
    /// A value, told from others by its bytes.
    typealias Value = [UInt8]

    private struct State {
        var violation: String?
        /// What the history says that each hub holds.
        var recorded: [String: Value] = [:]
        /// Values of rotations whose outcome was ambiguous when a person ended them.
        var ambiguous: [String: Set<Value>] = [:]
        var rotations: [RotationID: Followed] = [:]
        var open: [String: RotationID] = [:]
        var byValue: [Value: RotationID] = [:]
        var slots: Set<String> = []
        /// The durable state of each hub's circuit, and since when it is durable, in uptime.
        var statuses: [String: (status: HubStatus, since: Duration)] = [:]
        /// What each secret's schedule says of when it may rotate.
        var rules: [String: ScheduleDefinition] = [:]
        /// Of each group, the secret that rotates.
        var rotating: [String: String] = [:]
        /// The process that has raised the epoch last.
        var writer: ObjectIdentifier?
        /// Whether the daemon's history is an older copy.
        var isBehind = false
        /// Of each group, since when none rotates, in time since boot.
        var idleSince: [String: Duration] = [:]
    }

    private struct Followed {
        var secret: SecretName
        /// What the hub held when it was opened: a file's content may be sent again.
        var heldBefore: Value?
        var candidate: Value?
        var sent: Set<Value> = []
        var recordedAttempts = 0
        var sentAttempts = 0
        var ends = 0
    }

    private let state = Mutex(State())
    private let time: SimulatedTime
    private let systems: SimulatedSystems

    init(time: SimulatedTime, systems: SimulatedSystems) {
        (self.time, self.systems) = (time, systems)
    }

    /// The first thing that must not have happened; nil for nothing.
    var violation: String? { state.withLock { $0.violation } }

    /// Notes something that must not have happened.
    func accuse(_ text: String) {
        state.withLock { $0.violation = $0.violation ?? text }
    }

    // MARK: What storage has made durable

    /// - Parameters:
    ///   - now: By the daemon's clock.
    ///   - hubHolds: What the hub holds now.
    func opened(_ rotation: Rotation, now: Instant, hubHolds: Value?) {
        let name = "\(rotation.secret)"
        if state.withLock({ $0.isBehind }) { accuse("\(name): opened by a history that is behind") }
        checkWindow(rotation, now: now)
        checkGroup(rotation)
        // A claim by the clock as it was before it was set back: its slot comes again, like those that were forgotten then.
        let isByFormerClock = now > time.now
        let isDoubled = state.withLock { state -> Bool in
            state.rotations[rotation.id] = Followed(secret: rotation.secret, heldBefore: hubHolds)
            state.open[name] = rotation.id
            guard let slot = rotation.slot, !isByFormerClock else { return false }
            return !state.slots.insert("\(name) \(slot.rawValue)").inserted
        }
        if isDoubled { accuse("\(name): the slot \(rotation.slot?.rfc3339 ?? "") fired twice") }
    }

    private func checkWindow(_ rotation: Rotation, now: Instant) {
        guard let slot = rotation.slot, let rule = state.withLock({ $0.rules["\(rotation.secret)"] }) else { return }
        if now < slot { accuse("\(rotation.secret): began before its slot \(slot.rfc3339)") }
        // A value that would become too old may be replaced at any time.
        guard let window = rule.window, rule.maxAge == nil else { return }
        if now > slot.advanced(by: window) { accuse("\(rotation.secret): began after the window of \(slot.rfc3339)") }
    }

    private func checkGroup(_ rotation: Rotation) {
        let (name, uptime) = ("\(rotation.secret)", time.uptime)
        let complaint = state.withLock { state -> String? in
            guard let group = state.rules[name]?.group else { return nil }
            defer { state.rotating[group.name] = name }
            if let other = state.rotating[group.name], other != name { return "\(name) rotates together with \(other)" }
            guard let since = state.idleSince[group.name], uptime - since < group.spacing - .seconds(1) else {
                return nil
            }
            return "\(name) rotates \(uptime - since) after another one of its group"
        }
        if let complaint { accuse(complaint) }
    }

    private func leaveGroup(_ name: String, unused: Bool) {
        let uptime = time.uptime
        state.withLock { state in
            guard let group = state.rules[name]?.group, state.rotating[group.name] == name else { return }
            state.rotating[group.name] = nil
            if !unused { state.idleSince[group.name] = uptime }
        }
    }

    /// What a secret's schedule says of when it may rotate.
    func follow(_ definition: ScheduleDefinition, of secret: SecretName) {
        state.withLock { $0.rules["\(secret)"] = definition }
    }

    func staged(_ value: Value, for rotation: RotationID) {
        state.withLock { state in
            state.rotations[rotation]?.candidate = value
            state.byValue[value] = rotation
        }
    }

    func candidate(of rotation: RotationID) -> Value? { state.withLock { $0.rotations[rotation]?.candidate } }

    func recordedAttempt(of rotation: RotationID) {
        state.withLock { $0.rotations[rotation]?.recordedAttempts += 1 }
    }

    func ended(_ rotation: Rotation, _ ending: Ending, hubHolds: Value?) {
        let name = "\(rotation.secret)"
        let followed = state.withLock { state -> Followed? in
            state.rotations[rotation.id]?.ends += 1
            return state.rotations[rotation.id]
        }
        guard let followed else { return accuse("\(name): a rotation that nobody opened has ended") }
        if followed.ends > 1 { accuse("\(name): rotation \(rotation.id) ended \(followed.ends) times") }
        if case .failed(let failure) = ending {
            // Whatever failed is tried again for the same slot.
            if let slot = rotation.slot { state.withLock { _ = $0.slots.remove("\(name) \(slot.rawValue)") } }
            leaveGroup(name, unused: failure.isReplaced)
        } else {
            leaveGroup(name, unused: false)
        }
        switch ending {
        case .succeeded:
            if hubHolds != followed.candidate { accuse("\(name): success, but the hub does not hold the candidate") }
            state.withLock { state in
                state.recorded[name] = followed.candidate
                state.ambiguous[name] = nil
            }
        case .failed(let failure):
            if let candidate = followed.candidate, hubHolds == candidate, followed.heldBefore != candidate {
                accuse("\(name): failed (\(failure.kind)), but the hub holds the candidate")
            }
            if failure == .candidateLost { accuse("\(name): the candidate was lost") }
        case .abandoned(.keep):
            if hubHolds != followed.candidate { accuse("\(name): kept, but the hub does not hold the candidate") }
            state.withLock { $0.recorded[name] = followed.candidate }
        case .abandoned(.withdraw):
            if let candidate = followed.candidate, hubHolds == candidate {
                accuse("\(name): withdrawn, but the hub holds the candidate")
            }
        case .abandoned(nil):
            if let candidate = followed.candidate {
                state.withLock { _ = $0.ambiguous[name, default: []].insert(candidate) }
            }
        }
    }

    func saved(_ rotation: Rotation) {
        if case .parked(.candidateLost) = rotation.state.phase { accuse("\(rotation.secret): the candidate was lost") }
        if rotation.state.phase == .closed { state.withLock { $0.open["\(rotation.secret)"] = nil } }
    }

    /// A process has become the only writer.
    func tookOver(_ process: Process) {
        state.withLock { $0.writer = ObjectIdentifier(process) }
    }

    /// A rotation's candidate is gone for good.
    func erased(_ rotation: RotationID) {
        guard let followed = state.withLock({ $0.rotations[rotation] }), followed.ends == 0 else { return }
        accuse("\(followed.secret): the candidate was erased before the rotation had ended")
    }

    /// The clock was set: the same instants may come again, and a daemon that dies before it has seen the step can't know
    /// how long ago it noted something.
    func forgetSlots() {
        state.withLock { ($0.slots, $0.idleSince) = ([], [:]) }
    }

    func hubIs(_ status: HubStatus, _ hub: String) {
        let uptime = time.uptime
        state.withLock { $0.statuses[hub] = (status, uptime) }
    }

    // MARK: What the hub sees

    /// A request has come in.
    ///
    /// A daemon that another one has taken over from knows nothing of the hub's state since: it may still list, and is accused
    /// of an update elsewhere.
    ///
    /// - Parameter isProbe: Whether it asks for nothing but a list of all.
    func received(at hub: String, isProbe: Bool, from process: Process) {
        let (known, isWriter) = state.withLock { ($0.statuses[hub], $0.writer == ObjectIdentifier(process)) }
        guard !isProbe, isWriter, let (status, since) = known else { return }
        // What was sent before the state was durable, or at that very moment, could not be called back.
        guard time.uptime > since else { return }
        switch status {
        case .available, .failing, .halfOpen: break
        case .suspended: accuse("hub \(hub) is suspended, and was asked")
        // Also when its time is over: a list goes ahead of all.
        case .paused: accuse("hub \(hub) is paused, and was asked")
        }
    }

    /// Whether the daemon's history is an older copy: nothing may be rotated by it.
    func historyIs(behind isBehind: Bool) {
        state.withLock { $0.isBehind = isBehind }
    }

    /// An update has come in, whatever becomes of it.
    func received(_ value: Value, for name: String, from process: Process) {
        if state.withLock({ $0.writer != ObjectIdentifier(process) }) {
            accuse("\(name): sent under an epoch that is over")
        }
        let complaint = state.withLock { state -> String? in
            if state.isBehind { return "\(name): rotated by a history that is behind" }
            guard let id = state.byValue[value], var followed = state.rotations[id] else {
                return "\(name): a value was sent that nobody has staged"
            }
            followed.sent.insert(value)
            followed.sentAttempts += 1
            state.rotations[id] = followed
            if followed.sentAttempts > followed.recordedAttempts { return "\(name): an attempt was sent unrecorded" }
            if state.open[name] != id { return "\(name): a value of a rotation that is not open was sent" }
            if followed.sent.count > 1 { return "\(name): rotation \(id) sent two values" }
            return nil
        }
        if let complaint { accuse(complaint) }
    }

    /// The hub holds another value from now on.
    func applied(_ value: Value, to name: String) {
        let isKnown = state.withLock { state in
            let candidate = state.open[name].flatMap { state.rotations[$0]?.candidate }
            return value == state.recorded[name] || value == candidate
                || state.ambiguous[name]?.contains(value) ?? false
        }
        if let complaint = systems.complaint(holding: value, name) { accuse(complaint) }
        if !isKnown { accuse("\(name): the hub holds a value that is neither recorded nor an open rotation's") }
    }
}
