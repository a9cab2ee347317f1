import Synchronization

/// What can go wrong, counted.
package enum Fault: String, CaseIterable, Sendable {
    case timeOutBeforeApplying = "time-out before applying"
    case timeOutAfterApplying = "time-out after applying"
    case lateApplication = "late application"
    case connectionLost = "connection lost"
    case connectionFailed = "connection failed"
    case unauthorized = "401"
    case forbidden = "403"
    case notFound = "404"
    case rejected = "400"
    case throttled = "429"
    case unavailable = "5xx"
    case legacyError = "200 with an error"
    case noEffect = "2xx without effect"
    case listRefused = "list refused"
    case staleList = "list of a stale replica"
    case foreignEdit = "edit by another client"
    case failOver = "hub's clock set back by a fail-over"
    case crash = "crash"
    case crashAfterCommit = "crash between commit and its return"
    case crashBetweenMates = "crash between two changes of a batch"
    case crashInMember = "crash within a change of a batch"
    case crashBeforeCommit = "crash before a batch's COMMIT"
    case crashAfterBatch = "crash after a batch's COMMIT"
    case memberRefused = "constraint refuses one change of a batch"
    case repeatedBatch = "batch repeated with savepoints"
    case rolledBack = "statement after which SQLite has rolled back"
    case commitRefused = "COMMIT not persisted"
    case commitPretended = "COMMIT persisted, reported as failed"
    case sharedCommit = "commit of several changes"
    case storageRefused = "write not persisted"
    case storagePretended = "write persisted, reported as failed"
    case clockForwards = "clock set forwards"
    case clockBackwards = "clock set backwards"
    case generatorAgain = "generator: try again"
    case generatorPermanent = "generator: permanent failure"
    case eraseBlocked = "erasure blocked by a reader"
    case policyEdited = "policy edited"
    case fileWritten = "file written by another tool"
    case fileSpoilt = "file that can't be used"
    case pause = "schedule paused"
    case request = "request"
    case hubResumed = "hub resumed by hand"
    case secondDaemon = "second daemon beside a living one"
    case standstill = "standstill between record and request"
    case restored = "older files restored"
    case restoredHistory = "older history restored beside newer candidates"
}

/// How often each fault was injected.
package final class FaultCounts: Sendable {
    private let counts = Mutex<[Fault: Int]>([:])

    package init() {}

    package func add(_ fault: Fault) {
        counts.withLock { $0[fault, default: 0] += 1 }
    }

    package func add(_ other: FaultCounts) {
        let more = other.all
        counts.withLock { $0.merge(more) { $0 + $1 } }
    }

    package var all: [Fault: Int] { counts.withLock { $0 } }
}

/// A defect that is built in on purpose: each must be found.
package enum Breakage: String, CaseIterable, Sendable {
    /// A candidate is said to be staged and is not.
    case forgetsCandidates
    /// After a restart an open rotation gets another value.
    case regenerates
    /// An attempt is sent before it is recorded.
    case sendsUnrecorded
    /// A suspended hub is spoken to.
    case ignoresSuspension
    /// A hub that has asked for a pause is spoken to as soon as the pause is over, by all that is due.
    case ignoresPause
    /// One secret drops out of the due work.
    case losesDueWork
    /// The end of a rotation is forgotten, and done again.
    case endsTwice
    /// That an attempt had an unknown effect is forgotten.
    case forgetsAmbiguity
    /// The next rotation does not wait for what may still arrive.
    case doesNotHold
    /// A slot fires again, as the next due instant is not stored.
    case firesTwice
    /// A rotation begins when its window is over.
    case ignoresWindow
    /// Two secrets of a group rotate together.
    case ignoresGroup
    /// Files that change are not looked at.
    case ignoresFiles
    /// The hub is told of a value that nobody has installed.
    case skipsInstall
    /// A 2xx is taken for an update that has taken effect.
    case believesSuccess
    /// An update by another client is taken for ours.
    case ignoresOthers
    /// A daemon goes on when another one has taken over.
    case ignoresFence
    /// A history that was restored from an older copy is believed.
    case ignoresMark
    /// A caller goes on before its batch is committed.
    case tellsBeforeDurable
    /// A caller is told of the failure of another change in its batch.
    case takesMatesFailure
    /// A batch goes on after SQLite has rolled its transaction back.
    case goesOnAfterRollback
    /// An attempt is sent while its entry waits for a batch.
    case sendsBeforeEntry
    /// A candidate is erased while its rotation's success waits for a batch.
    case erasesBeforeSuccess
    /// Two secrets of a group are opened by one batch, as neither sees the other.
    case pairsInBatch
    /// What another daemon's epoch forbids to record is sent all the same.
    case sendsUnderOldEpoch
}
