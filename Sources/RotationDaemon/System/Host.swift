import Glibc
package import RotationCore

/// The facts about this machine for the history.
package enum Host {
    /// The machine, its boot and the program, for audit entries.
    package static func origin() -> AuditOrigin {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return AuditOrigin(host: text(name), boot: bootID(), version: programVersion)
    }

    private static func bootID() -> String? {
        let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [CChar](repeating: 0, count: 64)
        guard read(file, &buffer, 36) == 36 else { return nil }
        return text(buffer)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
