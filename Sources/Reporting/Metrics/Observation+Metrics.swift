import RotationCore
import RotationStore
import Scheduling

/// All metrics of a daemon. Their names are a contract with alert rules and dashboards: they are only added.
extension Observation {
    package var metrics: [MetricFamily] {
        daemonMetrics + secretMetrics + counters.families(hubs: hubs) + hubMetrics + logMetrics
    }

    private typealias Sample = MetricFamily.Sample

    private func gauge(
        _ name: String,
        _ help: String,
        _ samples: [MetricFamily.Sample],
        isClock: Bool = false
    ) -> MetricFamily {
        MetricFamily("secret_rotator_" + name, .gauge, help, samples, isClock: isClock)
    }

    // MARK: The daemon

    private var daemonMetrics: [MetricFamily] {
        [
            gauge("build_info", "The daemon's version.", [Sample(1, [.init("version", version)])]),
            gauge("start_time_seconds", "When the daemon was started.", [Sample(startedAt.seconds)]),
            gauge("ready", "1 if the daemon rotates what is due.", [Sample(obstacle == nil ? 1 : 0)]),
            gauge("engine_stalled", "1 if the engine makes no progress.", [Sample(isStalled ? 1 : 0)]),
            gauge(
                "last_pass_timestamp_seconds",
                "When the engine last looked for due work; it does at least once a minute.",
                lastPass.map { [Sample($0.seconds)] } ?? [],
                isClock: true
            ),
            gauge(
                "history_read_timestamp_seconds",
                "When figures were last read from the history.",
                figuresAt.map { [Sample($0.seconds)] } ?? [],
                isClock: true
            ),
            gauge(
                "problems",
                "Problems that need a person, by kind, as `secret-rotator status` lists them.",
                Dictionary(problems.map { ($0.kind, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
                    .map { Sample(Double($0.value), [.init("kind", $0.key)]) }
            ),
            MetricFamily(
                "secret_rotator_stream_gaps_total",
                .counter,
                "Times that events were missed, so that counters lack something.",
                [Sample(Double(gaps))]
            ),
        ]
    }

    // MARK: Secrets

    private var secretMetrics: [MetricFamily] {
        let all = figures?.hubs ?? []
        return [
            gauge(
                "secrets",
                "Secrets with a schedule, by state: the first one of parked, paused, failing, overdue, rotating, ok.",
                all.flatMap { hub in
                    HistoryFigures.State.allCases.map { state in
                        Sample(
                            Double(hub.states[state, default: 0]),
                            [.init("hub", hub.name), .init("state", state.rawValue)]
                        )
                    }
                }
            ),
            gauge("overdue", "Secrets whose value is older than max_age, and that are not paused.") { $0.overdue },
            gauge("never_rotated", "Secrets with a schedule that were never rotated.") { $0.neverRotated },
            gauge(
                "next_due_timestamp_seconds",
                "When the next secret is due.",
                all.compactMap { hub in hub.nextDue.map { Sample($0.seconds, [.init("hub", hub.name)]) } }
            ),
            gauge(
                "oldest_success_timestamp_seconds",
                "The oldest last success of a secret that was ever rotated.",
                all.compactMap { hub in hub.oldestSuccess.map { Sample($0.seconds, [.init("hub", hub.name)]) } }
            ),
            gauge(
                "in_flight",
                "Rotations that are open: claimed, and not closed.",
                hubs.map { Sample(Double(live.counts[$0, default: 0]), [.init("hub", $0)]) }
            ),
        ]
    }

    private func gauge(_ name: String, _ help: String, _ value: (HistoryFigures.Hub) -> Int) -> MetricFamily {
        gauge(name, help, (figures?.hubs ?? []).map { Sample(Double(value($0)), [.init("hub", $0.name)]) })
    }

    // MARK: Hubs

    private var hubMetrics: [MetricFamily] {
        [
            gauge("hub_suspended", "1 if nothing but probes is sent to the hub.") {
                if case .suspended = $0.status { 1 } else { 0 }
            },
            gauge("hub_paused", "1 if the hub has asked for a pause (HTTP 429).") {
                if case .paused = $0.status { 1 } else { 0 }
            },
        ]
    }

    // MARK: The audit log

    private var logMetrics: [MetricFamily] {
        let checkpoint = figures?.checkpoint
        let witnesses = figures?.witnesses ?? []
        return [
            gauge("audit_seq", "The number of the newest entry of the audit log.", [Sample(Double(headSeq))]),
            gauge(
                "checkpoint_seq",
                "The number of entries that the newest signed checkpoint covers.",
                checkpoint.map { [Sample(Double($0.size))] } ?? []
            ),
            gauge(
                "checkpoint_timestamp_seconds",
                "When the newest checkpoint was signed.",
                checkpoint.map { [Sample($0.signedAt.seconds)] } ?? []
            ),
            gauge(
                "witness_away",
                "1 if the witness does not cosign checkpoints.",
                witnesses.map { Sample($0.failure == nil ? 0 : 1, [.init("witness", $0.shortName)]) }
            ),
            gauge(
                "verification_timestamp_seconds",
                "When the audit log was last verified.",
                verification.map { [Sample($0.at.seconds)] } ?? []
            ),
            gauge(
                "verification_problems",
                "What the last verification of the audit log has found to be wrong.",
                verification.map { [Sample(Double($0.problems))] } ?? []
            ),
        ]
    }
}

extension Instant {
    /// Seconds since 1970.
    fileprivate var seconds: Double { Double(rawValue) / 1000 }
}

extension WitnessStanding {
    /// The witness's name and key ID: the first parts of its verifier key.
    var shortName: String { witness.split(separator: "+").prefix(2).joined(separator: "+") }
}
