import Dispatch
import Testing

@testable import ValueGenerators

/// A disk that hangs holds up nobody but those who want something of it.
struct FileQueueTests {
    @Test func whatTakesTooLongIsGivenUpAndTheQueueGoesOnAfterIt() async {
        // A queue of its own: the files of other tests do not lie on this disk.
        let queue = FileQueue()
        let disk = DispatchSemaphore(value: 0)
        let hung = await queue.run(within: .milliseconds(50)) { () -> Int in
            disk.wait()
            return 1
        }
        #expect(hung == nil)
        let behindIt = await queue.run(within: .milliseconds(50)) { 2 }
        #expect(behindIt == nil)
        disk.signal()
        #expect(await queue.run { 3 } == 3)
    }
}
