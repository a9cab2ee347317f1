import Glibc
import NIOCore
import RotationCore
import Testing

@testable import AIHubClient

struct TransportErrorTests {
    /// A process without descriptors can't connect: nothing was sent, and the hub is not to blame.
    ///
    /// What can also come of reading or writing may have been applied.
    @Test(arguments: [
        (EMFILE, HubError.Kind.notSent), (ENFILE, .notSent), (ECONNREFUSED, .connectionFailed),
        (ENOBUFS, .connectionLost), (ENOMEM, .connectionLost), (ECONNRESET, .connectionLost),
    ])
    func systemErrorHasItsClass(code: Int32, kind: HubError.Kind) {
        #expect(TransportErrors.classify(IOError(errnoCode: code, reason: "test")).kind == kind)
    }
}
