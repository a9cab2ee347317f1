import Foundation
import Glibc

/// A Unix socket of datagrams or of a stream, whose receiver reads when it is asked to.
final class UnixReceiver {
    private let listener: Int32
    private var connection: Int32?
    private let isDatagram: Bool
    private var bytes: [UInt8] = []
    private var hasEnded = false

    /// Listens at a path; what is there is removed.
    init(_ path: String, datagrams: Bool) throws {
        isDatagram = datagrams
        unlink(path)
        let type = Int32((datagrams ? SOCK_DGRAM : SOCK_STREAM).rawValue)
        let descriptor = socket(AF_UNIX, type | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.EIO) }
        listener = descriptor
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
        }
        guard isBound, datagrams || listen(descriptor, 8) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    }

    deinit {
        end()
    }

    /// Closes all: what was not read is lost.
    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        if let connection { close(connection) }
        connection = nil
        close(listener)
    }

    /// Whether a sender has connected.
    var isConnected: Bool {
        if connection == nil, !isDatagram {
            let descriptor = accept(listener, nil, nil)
            if descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                connection = descriptor
            }
        }
        return isDatagram || connection != nil
    }

    /// The datagrams that are there.
    func datagrams() -> [String] {
        var all: [String] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = recv(listener, &buffer, buffer.count, 0)
            guard count >= 0 else { return all }
            all.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
    }

    /// Reads at most so many bytes of the stream.
    func read(atMost limit: Int = 1 << 20) {
        guard isConnected, let connection else { return }
        var buffer = [UInt8](repeating: 0, count: min(limit, 1 << 16))
        var left = limit
        while left > 0 {
            let count = recv(connection, &buffer, min(buffer.count, left), 0)
            guard count > 0 else { return }
            bytes += buffer.prefix(count)
            left -= count
        }
    }

    /// Takes the whole messages out of what was read: lines, or messages with their length in front.
    func messages(counted: Bool) -> [String] {
        var all: [String] = []
        while true {
            if counted {
                guard let space = bytes.firstIndex(of: 0x20),
                    let length = Int(String(decoding: bytes[..<space], as: UTF8.self)),
                    bytes.count >= space + 1 + length
                else { return all }
                all.append(String(decoding: bytes[(space + 1)..<(space + 1 + length)], as: UTF8.self))
                bytes.removeFirst(space + 1 + length)
            } else {
                guard let end = bytes.firstIndex(of: 0x0A) else { return all }
                all.append(String(decoding: bytes[..<end], as: UTF8.self))
                bytes.removeFirst(end + 1)
            }
        }
    }
}
