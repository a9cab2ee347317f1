import Foundation
import Glibc
import RotationDaemon
import TestSupport
import Testing

/// What systemd hears, on real sockets.
struct ServiceManagerTests {
    @Test func datagramsArriveAtAPath() async throws {
        try await TemporaryFolder.with { folder in
            let socket = try NotifySocket(folder.file("notify"))
            expectStates(at: folder.file("notify"), socket)
        }
    }

    @Test func datagramsArriveAtAnAbstractName() throws {
        let name = "@secret-rotator-tests-\(UUID().uuidString)"
        let socket = try NotifySocket(name)
        expectStates(at: name, socket)
    }

    private func expectStates(at address: String, _ socket: NotifySocket) {
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": address])
        manager.notify(.ready, .status("serving 2 hubs"))
        manager.notify(.stopping, .status("ending"))
        manager.notify(.watchdog)
        let received = [socket.receive(), socket.receive(), socket.receive(), socket.receive()]
        #expect(received == ["READY=1\nSTATUS=serving 2 hubs", "STOPPING=1\nSTATUS=ending", "WATCHDOG=1", nil])
    }

    /// A systemd that does not read holds nobody up.
    @Test(.timeLimit(.minutes(1)))
    func fullSocketIsNotWaitedForForEver() async throws {
        try await TemporaryFolder.with { folder in
            let socket = try NotifySocket(folder.file("notify"))
            try NotifySocket.fill(folder.file("notify"))
            ServiceManager(environment: ["NOTIFY_SOCKET": folder.file("notify")]).notify(.stopping)
            var received: [String] = []
            while let text = socket.receive() { received.append(text) }
            #expect(!received.isEmpty && !received.contains("STOPPING=1"))
        }
    }

    /// sd_notify(3): RELOADING=1 must come with the monotonic time, in microseconds.
    @Test func reloadingCarriesTheMonotonicTime() async throws {
        try await TemporaryFolder.with { folder in
            let socket = try NotifySocket(folder.file("notify"))
            let before = monotonicMicroseconds()
            ServiceManager(environment: ["NOTIFY_SOCKET": folder.file("notify")]).notify(.reloading)
            let text = try #require(socket.receive())
            #expect(text.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            let time = try #require(Int64(text.dropFirst("RELOADING=1\nMONOTONIC_USEC=".count)))
            #expect((before...monotonicMicroseconds()).contains(time))
        }
    }

    private func monotonicMicroseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Nothing is sent, and nothing ends the process.
    @Test(arguments: [
        [:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "vsock:2:1"],
        ["NOTIFY_SOCKET": "/nonexistent/notify"], ["NOTIFY_SOCKET": "@nobody-listens-here"],
        ["NOTIFY_SOCKET": "/" + String(repeating: "a", count: 200)],
        ["NOTIFY_SOCKET": "/" + String(repeating: "a", count: 107)],
    ])
    func withoutListenerNothingHappens(environment: [String: String]) {
        ServiceManager(environment: environment).notify(.ready, .status("x"))
    }

    @Test(arguments: [
        ([:], Duration?.none),
        (["WATCHDOG_USEC": "30000000"], .seconds(30)),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"], .seconds(30)),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"], nil),
        (["WATCHDOG_USEC": "1", "WATCHDOG_PID": "\(getpid())"], .microseconds(1)),
        (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "-5"], nil),
        (["WATCHDOG_USEC": "soon"], nil),
        (["WATCHDOG_USEC": ""], nil),
        (["WATCHDOG_PID": "\(getpid())"], nil),
    ])
    func watchdogIsForUsOnly(environment: [String: String], interval: Duration?) {
        #expect(ServiceManager(environment: environment).watchdogInterval == interval)
    }
}
