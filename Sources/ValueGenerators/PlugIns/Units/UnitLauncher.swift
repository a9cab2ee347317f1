import CLinux
import Foundation
import Glibc
import RotationCore
import SecretMemory

/// The process that systemd starts for each connection to a plug-in's socket: it answers one request of the daemon, with
/// the connection as its standard input.
package enum UnitLauncher {
    /// What it runs, and for whom.
    package struct Order: Sendable {
        /// The folder of the plug-in.
        package var folder: String
        /// The plug-in.
        package var name: String
        /// The user whose requests are answered, besides root's.
        package var caller: UInt32
        /// The file of the ``UnitLock``; nil for none.
        package var lock: String?
        /// Paths that the plug-in may not read or change, where the unit does not forbid it.
        package var protected: [String]

        package init(folder: String, name: String, caller: UInt32, lock: String?, protected: [String]) {
            (self.folder, self.name, self.caller) = (folder, name, caller)
            (self.lock, self.protected) = (lock, protected)
        }
    }

    /// The connection.
    private static let stream = UnitStream(descriptor: STDIN_FILENO)
    /// How long the daemon may take to send its request, or to read the answer.
    private static let timeout = Duration.seconds(30)

    /// Answers the request.
    ///
    /// - Returns: Whether there was one.
    package static func serve(_ order: Order) -> Bool {
        clinux_keep_descriptors()
        do throws(UnitRefusal) {
            try prepare()
            try checkCaller(order.caller)
            let frame = try nextFrame()
            switch frame.kind {
            case .probe:
                _ = try openFile(order)
                return send(.ready, [])
            case .request:
                let request: UnitRequest
                do { request = try UnitRequest(frame.payload) } catch { throw invalidRequest }
                try run(request, order)
                return true
            default: throw invalidRequest
            }
        } catch {
            _ = error.payload.withUnsafeBytes { send(.refused, [$0]) }
            return false
        }
    }

    private static let invalidRequest = UnitRefusal("invalid_request", "the request is not valid")

    private static func send(_ kind: UnitFrame.Kind, _ parts: [UnsafeRawBufferPointer]) -> Bool {
        stream.write(kind, parts, until: .now + timeout)
    }

    // MARK: Before the plug-in

    private static func prepare() throws(UnitRefusal) {
        do throws(PlugInLauncher.Refusal) { try PlugInLauncher.becomeParent() } catch {
            throw UnitRefusal(error.reason, error.text)
        }
        guard geteuid() != 0 else {
            throw UnitRefusal("runs_as_root", "plug-ins do not run as root: name a user in the unit (User=)")
        }
    }

    /// Refuses a caller whom the socket's mode should have kept out.
    private static func checkCaller(_ caller: UInt32) throws(UnitRefusal) {
        var user: UInt32 = 0
        let code = clinux_peer_user(stream.descriptor, &user)
        guard code == 0 else {
            let text = "standard input is no Unix connection: \(String(cString: strerror(code)))"
            throw UnitRefusal("caller_refused", text)
        }
        guard user == 0 || user == caller else {
            throw UnitRefusal("caller_refused", "uid \(user) may not ask this plug-in, only root and uid \(caller)")
        }
    }

    private static func nextFrame() throws(UnitRefusal) -> UnitFrame {
        let deadline = ContinuousClock.now + timeout
        let frame: UnitFrame?
        do throws(UnitFrame.Failure) { frame = try UnitFrame.next { stream.read($0, until: deadline) } } catch {
            // During an upgrade the daemon may be the older or newer one.
            if case .version = error { throw UnitRefusal("other_version", "another version", isTransient: true) }
            throw invalidRequest
        }
        guard let frame else { throw invalidRequest }
        return frame
    }

    /// Takes the lock until this process ends.
    private static func takeLock(_ request: UnitRequest, _ path: String?) throws(UnitRefusal) {
        guard let path, let session = request.session else { return }
        do throws(UnitLock.Failure) {
            _ = try UnitLock.hold(path, session: session) { stream.isQuiet }
        } catch {
            switch error {
            case .busy: throw UnitRefusal("busy", "a step of an earlier daemon still runs", isTransient: true)
            case .left: throw UnitRefusal("daemon_ended", "the daemon has ended", isTransient: true)
            case .system(let code):
                throw UnitRefusal("not_confined", "\(path): \(String(cString: strerror(code)))")
            }
        }
    }

    private static func openFile(_ order: Order) throws(UnitRefusal) -> PlugInFile {
        do throws(PlugInFile.Failure) { return try PlugInFile(order.name, in: order.folder) } catch {
            throw UnitRefusal("file_refused", "\(error)")
        }
    }

    // MARK: The plug-in

    private static func run(_ request: UnitRequest, _ order: Order) throws(UnitRefusal) {
        try takeLock(request, order.lock)
        let file = try openFile(order)
        guard let result = try supervise(file, request, order) else { return }
        _ = result.send(on: stream, until: .now + timeout)
    }

    /// Runs the plug-in in a folder of its own, until it or the daemon ends.
    ///
    /// - Returns: nil if the daemon has ended before the plug-in was started.
    private static func supervise(
        _ file: borrowing PlugInFile,
        _ request: UnitRequest,
        _ order: Order
    ) throws(UnitRefusal) -> UnitResult? {
        let folder: String
        do { folder = try StepFolder.make("secret-rotator-step-", for: .own) } catch {
            throw UnitRefusal("no_folder", "\(error)", isTransient: true)
        }
        defer { StepFolder.remove(folder) }
        guard chdir(folder) == 0 else { throw UnitRefusal("no_folder", folder, isTransient: true) }
        setEnvironment(request.environment, folder: folder, plugIns: order.folder)
        // From here on the daemon can't know what the plug-in has done, whatever becomes of this process.
        guard send(.starting, []) else { return nil }
        let started: StartedPlugIn
        do throws(PlugInLauncher.Refusal) {
            started = try StartedPlugIn(
                LaunchOrder(folder: order.folder, name: order.name, protected: order.protected, user: nil, lock: nil),
                file
            )
        } catch { throw UnitRefusal(error.reason, error.text) }
        do { return try UnitSupervisor.run(started, request, stream) } catch {
            throw UnitRefusal("no_memory", "\(error)", isTransient: true)
        }
    }

    /// Leaves only what a plug-in gets.
    private static func setEnvironment(_ names: [String], folder: String, plugIns: String) {
        let own = ProcessInfo.processInfo.environment
        // The unit's own credentials, which are the plug-in's.
        let kept = own.filter { names.contains($0.key) || $0.key == "CREDENTIALS_DIRECTORY" }
        clearenv()
        for (name, value) in kept { setenv(name, value, 1) }
        for (name, value) in [("PATH", "/usr/bin:/bin"), ("TMPDIR", folder), ("GENERATORS_DIRECTORY", plugIns)] {
            setenv(name, value, 1)
        }
    }
}
