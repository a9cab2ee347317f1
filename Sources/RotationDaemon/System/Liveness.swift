/// The judgement whether the engine makes progress: engine and store answer, and its passes are not stuck.
///
/// systemd's watchdog, the heartbeat and `/healthz` ask it.
struct Liveness: Sendable {
    /// Why the engine makes no progress.
    enum Failure: Hashable, Sendable, CustomStringConvertible {
        /// There is no answer, or an error is the answer.
        case silent
        case stalled(Duration)

        var description: String {
            switch self {
            case .silent: "engine or store do not answer"
            case .stalled(let duration): "the engine has made no progress for \(duration)"
            }
        }
    }

    /// How long the engine has made no progress; nil if it makes progress.
    var stall: @Sendable () -> Duration?
    /// Returns once engine and store have answered.
    var answer: @Sendable () async throws -> Void

    /// Why the engine makes no progress; nil if it does.
    ///
    /// It waits for the answer as long as that takes.
    func failure() async -> Failure? {
        guard (try? await answer()) != nil else { return .silent }
        // Afterwards: the answer may have taken long.
        return stall().map { .stalled($0) }
    }
}
