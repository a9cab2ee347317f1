import ArgumentParser
import Foundation
import Subprocess
import SystemPackage

/// A server in a process of its own, on a loopback port.
struct LoopbackServer: Sendable {
    let pid: Int32
    let port: Int

    /// Runs nginx, which answers 200 and `{}` to whatever it is asked, while a closure runs.
    ///
    /// One process and no access log: the least that a real server costs.
    static func withNginx<T: Sendable>(
        folder: String,
        _ body: (LoopbackServer) async throws -> T
    ) async throws -> T {
        let port = try freePort()
        let configuration = """
            daemon off; master_process off; worker_processes 1; pid \(folder)/nginx.pid; error_log \(folder)/nginx.log;
            events { worker_connections 1024; }
            http {
                access_log off; keepalive_requests 1000000000; default_type application/json;
                client_body_temp_path \(folder)/nginx-body; proxy_temp_path \(folder)/nginx-proxy;
                fastcgi_temp_path \(folder)/nginx-fastcgi; uwsgi_temp_path \(folder)/nginx-uwsgi;
                scgi_temp_path \(folder)/nginx-scgi;
                server { listen 127.0.0.1:\(port); location / { return 200 '{}'; } }
            }
            """
        try Data(configuration.utf8).write(to: URL(filePath: "\(folder)/nginx.conf"))
        let arguments = ["-p", folder, "-c", "\(folder)/nginx.conf", "-e", "\(folder)/nginx.log"]
        do {
            try await ShellCommand.run(nginx, arguments + ["-t", "-q"])
        } catch {
            throw ValidationError("\(error)\nThe server of this benchmark is nginx: apt-get install nginx-light")
        }
        return try await with(nginx, arguments, port: port, body)
    }

    /// Runs the sandbox, the program's own hub, while a closure runs.
    static func withSandbox<T: Sendable>(_ body: (LoopbackServer) async throws -> T) async throws -> T {
        let port = try freePort()
        return try await with(.path(BenchmarkSite.program), ["sandbox", "--port", "\(port)"], port: port, body)
    }

    private static func with<T: Sendable>(
        _ program: Executable,
        _ arguments: [String],
        port: Int,
        _ body: (LoopbackServer) async throws -> T
    ) async throws -> T {
        let result = try await Subprocess.run(
            program,
            arguments: Arguments(arguments),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            let server = LoopbackServer(pid: execution.processIdentifier.value, port: port)
            defer { kill(server.pid, SIGTERM) }
            for _ in 0..<1000 where !isListening(port) { try await Task.sleep(for: .milliseconds(10)) }
            guard isListening(port) else { throw ValidationError("\(program.description) does not listen") }
            return try await body(server)
        }
        return result.closureResult
    }

    /// Debian installs it where only root's PATH looks.
    private static var nginx: Executable {
        let path = "/usr/sbin/nginx"
        return FileManager.default.isExecutableFile(atPath: path) ? .path(FilePath(path)) : .name("nginx")
    }

    /// A port that was free a moment ago.
    private static func freePort() throws -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard status else { throw ValidationError("no loopback port is free: \(Errno(rawValue: errno))") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func isListening(_ port: Int) -> Bool {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        var address = address(port: port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return address
    }
}
