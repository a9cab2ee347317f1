import AsyncHTTPClient
import HTTPHardening
import NIOCore
import NIOPosix
import NIOSSL
import RotationCore

/// Classifies the errors of the HTTP stack; the error objects, which may hold a whole request, are dropped here.
enum TransportErrors {
    static func classify(_ error: any Error) -> HubError {
        switch error {
        case is CancellationError: HubError(.cancelled)
        case is TimedOut: HubError(.timedOut)
        case let error as ImpossibleStatus: HubError(.malformed, status: error.status)
        case let error as HTTPClientError: HubError(kind(of: error))
        case let error as NIOConnectionError where error.connectionErrors.contains(where: { isOurs($0.error) }):
            HubError(.notSent)
        case is NIOConnectionError: HubError(.connectionFailed)
        case let error where isOurs(error): HubError(.notSent)
        case let error as NIOSSLError: HubError(isBeforeTheRequest(error) ? .tls : .connectionLost)
        case is NIOSSLExtraError: HubError(.tls)
        // A BoringSSLError by itself comes from a connection that was established: the default.
        // Of a Unix socket: nobody listens, there is none, or it is not for this user. No read or write has these.
        case let error as IOError where [ECONNREFUSED, ENOENT, EACCES].contains(error.errnoCode):
            HubError(.connectionFailed)
        case let error as ChannelError:
            if case .connectTimeout = error { HubError(.connectionFailed) } else { HubError(.connectionLost) }
        // Any other error may have come after the request was sent and applied.
        default: HubError(.connectionLost)
        }
    }

    /// Whether this process or host has no descriptor left for a connection, which says nothing about the hub.
    private static func isOurs(_ error: any Error) -> Bool {
        let code = (error as? IOError)?.errnoCode
        return code == EMFILE || code == ENFILE
    }

    /// Whether TLS failed before a request could be sent over it.
    private static func isBeforeTheRequest(_ error: NIOSSLError) -> Bool {
        switch error {
        case .uncleanShutdown, .writeDuringTLSShutdown, .readInInvalidTLSState, .shutdownFailed: false
        default: true
        }
    }

    private static func kind(of error: HTTPClientError) -> HubError.Kind {
        switch error {
        case .cancelled: .cancelled
        case .deadlineExceeded, .readTimeout, .writeTimeout: .timedOut
        case .connectTimeout, .getConnectionFromPoolTimeout: .connectionFailed
        case .tlsHandshakeTimeout: .tls
        default: .connectionLost
        }
    }
}
