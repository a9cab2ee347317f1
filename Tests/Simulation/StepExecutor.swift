import Synchronization

/// Runs all tasks of a simulation on the thread that asks for it, one job at a time, in an order that a seed decides.
///
/// Each `await` of the engine is a place where another job may come first: this is what interleaves them, and what makes
/// an order that once failed come again.
final class StepExecutor: TaskExecutor {
    private enum Job {
        case task(UnownedJob)
        case actor(UnownedJob, UnownedSerialExecutor)
    }

    private let jobs = Mutex<[Job]>([])
    private let dice: Dice

    init(dice: Dice) {
        self.dice = dice
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(.task(job)) }
    }

    fileprivate func enqueue(_ job: UnownedJob, of actor: UnownedSerialExecutor) {
        jobs.withLock { $0.append(.actor(job, actor)) }
    }

    /// Runs jobs until none is left.
    ///
    /// - Returns: false where there was no end to them.
    func drain(limit: Int = 200_000) -> Bool {
        for _ in 0..<limit {
            let job: Job? = jobs.withLock { jobs in
                guard !jobs.isEmpty else { return nil }
                return jobs.remove(at: dice.roll(jobs.count))
            }
            switch job {
            case nil: return true
            case .task(let job): job.runSynchronously(on: asUnownedTaskExecutor())
            case .actor(let job, let actor): job.runSynchronously(on: actor)
            }
        }
        return false
    }
}

/// The executor of an actor whose jobs run in a ``StepExecutor``.
final class StepActorExecutor: SerialExecutor {
    private let steps: StepExecutor

    init(steps: StepExecutor) {
        self.steps = steps
    }

    func enqueue(_ job: consuming ExecutorJob) {
        steps.enqueue(UnownedJob(job), of: asUnownedSerialExecutor())
    }

    /// There is one thread: whoever runs is isolated.
    func checkIsolated() {}
}
