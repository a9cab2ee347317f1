import Dispatch
import Testing

@testable import ValueGenerators

/// A disk that hangs holds up nobody but those who want something of it.
struct FileQueueTests {
    @Test func whatTakesTooLongIsGivenUpAndTheQueueGoesOnAfterIt() async {
        let disk = DispatchSemaphore(value: 0)
        let hung = await FileQueue.run(within: .milliseconds(50)) { () -> Int in
            disk.wait()
            return 1
        }
        #expect(hung == nil)
        let behindIt = await FileQueue.run(within: .milliseconds(50)) { 2 }
        #expect(behindIt == nil)
        disk.signal()
        #expect(await FileQueue.run { 3 } == 3)
    }
}
