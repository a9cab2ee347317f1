import Foundation
import Glibc
import TestSupport

/// A machine of its own with a real systemd: it boots in systemd-nspawn, over a copy-on-write view of this one's files, runs
/// a script, and ends.
enum HostMachine {
    /// Why it can't be done here; nil where it can.
    static let obstacle: String? = {
        guard getuid() == 0 else { return "needs root, to boot a machine" }
        guard access("/usr/bin/systemd-nspawn", X_OK) == 0 else {
            return "the package systemd-container is not installed"
        }
        let filesystems = (try? String(contentsOfFile: "/proc/filesystems", encoding: .utf8)) ?? ""
        return filesystems.contains("overlay") ? nil : "the kernel has no overlay file system"
    }()

    private static let unit = """
        [Unit]
        Requires=basic.target
        After=basic.target
        SuccessAction=poweroff-force
        FailureAction=poweroff-force
        [Service]
        Type=oneshot
        ExecStart=/bin/bash /root/acceptance.sh
        StandardOutput=file:/acceptance.output
        StandardError=inherit

        """

    /// Boots the machine, runs the script there, and gives its output by part: what follows a line `== NAME`.
    ///
    /// - Parameter prepare: Puts files below the machine's root.
    static func run(
        _ script: String,
        prepare: (_ folder: TemporaryFolder, _ root: String) async throws -> Void
    ) async throws -> [String: String] {
        try await TemporaryFolder.with { folder in
            let (root, layers) = (folder.file("root"), folder.file("layers"))
            try await Shell.run("mkdir \(root) \(layers) && mount -t tmpfs -o size=1g tmpfs \(layers)")
            do {
                try await Shell.run(
                    """
                    mkdir \(layers)/up \(layers)/work
                    mount -t overlay overlay -o lowerdir=/,upperdir=\(layers)/up,workdir=\(layers)/work \(root)
                    """
                )
                try folder.write(script, to: "script")
                try folder.write(unit, to: "unit")
                try await Shell.run(
                    """
                    cd \(folder.path)
                    install -m 755 \(Program.path) \(root)/usr/bin/secret-rotator
                    install -m 644 unit \(root)/etc/systemd/system/acceptance.service
                    install -m 755 script \(root)/root/acceptance.sh
                    """
                )
                try await prepare(folder, root)
                // It ends by itself, when the script has.
                try await Shell.run(
                    """
                    timeout 120 systemd-nspawn --quiet --register=no --keep-unit --directory=\(root) --private-network \
                        --machine=\(folder.path.split(separator: "/").last ?? "sr") \
                        --capability=CAP_IPC_LOCK --system-call-filter='landlock_create_ruleset landlock_add_rule \
                        landlock_restrict_self' --boot systemd.unit=acceptance.service >\(folder.file("console")) 2>&1
                    """
                )
                let output = try String(contentsOfFile: "\(root)/acceptance.output", encoding: .utf8)
                try await Shell.run("umount \(root) && umount \(layers)")
                return parts(of: output)
            } catch {
                try? await Shell.run("umount \(root); umount \(layers)")
                throw error
            }
        }
    }

    private static func parts(of output: String) -> [String: String] {
        var parts: [String: String] = [:]
        var name = ""
        for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("== ") {
                name = String(line.dropFirst(3))
            } else {
                parts[name, default: ""] += line + "\n"
            }
        }
        return parts
    }
}
