import Foundation

/// One exchange with a plug-in's unit.
///
/// It has a thread of its own, as a launcher of the daemon's own has a process: payloads are read directly into locked
/// memory, and no other work of the daemon waits for a plug-in.
struct UnitConversation: Sendable {
    /// The unit's socket.
    let path: String
    /// How long a unit may take until it starts the plug-in: the longest wait for its ``UnitLock``, on a busy machine.
    private static let startTimeout = Duration.seconds(30)
    private static let probeTimeout = Duration.seconds(10)

    /// Has a plug-in run a step.
    ///
    /// - Parameters:
    ///   - head: ``UnitRequest/head(session:environment:)``.
    ///   - timeout: The time-out of the step, from the start of the plug-in.
    func ask(_ question: [UInt8], head: [UInt8], timeout: Duration) async -> PlugInProcess.Outcome {
        let connection: UnitConnection
        do throws(UnitConnection.Failure) { connection = try UnitConnection(path) } catch {
            return .init(ending: .unavailable(error.reason), output: [], errors: StandardErrors("\(error)\n"))
        }
        return await Self.onThread(connection) {
            let deadline = ContinuousClock.now + Self.startTimeout
            // A unit that refuses the caller does not read the request; its answer is read all the same.
            _ = question.withUnsafeBytes { question in
                head.withUnsafeBytes { connection.stream.write(.request, [$0, question], until: deadline) }
            }
            var reading = AnswerReading(connection: connection, timeout: timeout, deadline: deadline)
            return reading.run()
        }
    }

    /// Asks whether the plug-in could be run; nothing is run.
    func probe() async -> UnitProbe {
        let connection: UnitConnection
        do throws(UnitConnection.Failure) { connection = try UnitConnection(path) } catch {
            return .unreachable(errno: error.errno)
        }
        return await Self.onThread(connection) {
            let deadline = ContinuousClock.now + Self.probeTimeout
            _ = connection.stream.write(.probe, [], until: deadline)
            let frame = try? UnitFrame.next { connection.stream.read($0, until: deadline) }
            switch frame?.kind {
            case .ready: return .ready
            case .refused: return (frame.flatMap { try? UnitRefusal($0.payload) }).map { .refused($0.text) } ?? .silent
            default: return .silent
            }
        }
    }

    /// Runs a closure on a thread of its own; a task that is cancelled hangs up.
    private static func onThread<T: Sendable>(
        _ connection: UnitConnection,
        _ body: @escaping @Sendable () -> T
    ) async -> T {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { @Sendable in continuation.resume(returning: body()) }
            }
        } onCancel: {
            connection.hangUp()
        }
    }
}

/// Whether a plug-in's unit answers, and would run the plug-in.
package enum UnitProbe: Hashable, Sendable {
    case ready
    /// The launcher refuses, for this reason.
    case refused(String)
    /// It ended, or its time was over, without an answer.
    case silent
    /// connect(2) failed.
    case unreachable(errno: Int32)
}
