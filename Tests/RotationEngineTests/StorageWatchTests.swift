import Scheduling
import Testing

@testable import RotationCore
@testable import RotationEngine

/// When trouble with the storage is told, since when, and when it is over.
struct StorageWatchTests {
    private static let start = Instant(milliseconds: 1_795_435_200_000)
    private static func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }
    private static let locked = StorageLocked(path: "/db")
    private struct DiskIsFull: Error {}

    /// A full disk can be read: a check shows nothing, so the trouble lasts from its first failure on.
    @Test func checkDoesNotEndAFailureToWrite() {
        var watch = StorageWatch()
        var isNews = watch.noteFailure(DiskIsFull(), now: Self.start)
        #expect(isNews)
        for second in [5, 10, 15] {
            watch.noteCheck(now: Self.at(second))
            #expect(watch.trouble?.kind == .failed)
            // Each failure after a check is news for the log, as it was tried again.
            isNews = watch.noteFailure(DiskIsFull(), now: Self.at(second))
            #expect(isNews)
            #expect(watch.trouble?.since == Self.start)
        }
    }

    @Test func failureToWriteEndsWithAWriteOrWithQuiet() {
        var written = StorageWatch()
        _ = written.noteFailure(Self.locked, now: Self.start)
        #expect(written.trouble?.kind == .locked)
        written.noteWrite()
        #expect(written.trouble == nil && written.quietFrom == nil)
        var quiet = StorageWatch()
        _ = quiet.noteFailure(Self.locked, now: Self.start)
        #expect(quiet.quietFrom == Self.at(15))
        quiet.noteCheck(now: Self.at(14))
        #expect(quiet.trouble != nil)
        quiet.noteCheck(now: Self.at(15))
        #expect(quiet.trouble == nil && quiet.quietFrom == nil)
    }

    /// Files that were replaced can't be told while they are away; once, when they are back.
    @Test func replacementIsToldOnceItIsOver() {
        var watch = StorageWatch()
        _ = watch.noteFailure(StorageReplaced(path: "/db"), now: Self.start)
        #expect(watch.untoldReplacement == nil)
        watch.noteCheck(now: Self.at(60))
        #expect(watch.untoldReplacement?.since == Self.start)
        watch.noteReplacementTold()
        watch.noteCheck(now: Self.at(120))
        #expect(watch.untoldReplacement == nil)
        _ = watch.noteFailure(Self.locked, now: Self.at(180))
        watch.noteWrite()
        watch.noteCheck(now: Self.at(240))
        #expect(watch.untoldReplacement == nil)
    }

    /// The clock was set back to before the failure: nobody knows how long ago that was.
    @Test func clockThatWasSetBackEndsIt() {
        var watch = StorageWatch()
        _ = watch.noteFailure(Self.locked, now: Self.start)
        watch.noteCheck(now: Self.at(-3600))
        #expect(watch.trouble == nil)
    }

    /// What a check itself finds is over with the first check that does not, is told once, and is not ended by a write.
    @Test func replacedFileIsToldUntilACheckSucceeds() {
        var watch = StorageWatch()
        var isNews = watch.noteFailure(StorageReplaced(path: "/db"), now: Self.start)
        #expect(isNews)
        isNews = watch.noteFailure(StorageReplaced(path: "/db"), now: Self.at(5))
        #expect(!isNews)
        watch.noteWrite()
        #expect(watch.trouble?.kind == .replaced && watch.quietFrom == nil)
        watch.noteCheck(now: Self.at(10))
        #expect(watch.trouble == nil)
    }
}
