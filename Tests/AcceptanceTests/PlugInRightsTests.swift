import Foundation
import Glibc
import TestSupport
import Testing

/// What a plug-in that has the daemon's own user ID can't do all the same.
@Suite(.timeLimit(.minutes(5)), .enabled(if: Probe.obstacle == nil, "\(Probe.obstacle ?? "")"))
struct PlugInRightsTests {
    // MARK: The control socket

    @Test func plugInOfTheDaemonsUserMayDoNothingOnTheControlSocket() async throws {
        let lines = try await Probe.run(
            """
            for path in ["schedules/pause", "schedules/remove", "rotations/request", "ping", "secrets/list"]:
                s = socket.socket(socket.AF_UNIX)
                s.connect(folder + "/control.sock")
                s.sendall(f"POST /v1/{path} HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 2\\r\\n\\r\\n{{}}".encode())
                note(path, s.recv(4096).split()[1].decode())
            """
        )
        #expect(lines.filter { $0.hasSuffix(" 403") || $0.hasSuffix(" 404") }.count == 5, "\(lines)")
        #expect(lines.contains("schedules/pause 403") && lines.contains("schedules/remove 403"))
    }

    /// A person who is the daemon's user is told why, and what to do.
    @Test(arguments: ["", "roles: {editors: {users: [\(Probe.user)]}, operators: {users: [\(Probe.user)]}}\n"])
    func daemonsUserHasRightsOnlyWhereNoPlugInCanBe(roles: String) async throws {
        try await Probe.with("", extra: roles) { probe in
            let world = probe.world
            let pause = { @Sendable () async throws in try await world.run(as: Probe.user, ["schedule", "pause", "db"])
            }
            try await world.withDaemon(user: Probe.user) { _ async throws in
                let refused = try await pause()
                #expect(refused.status == 77)
                #expect(refused.errors.contains("plug-ins run as that user"), "\(refused.errors)")
                #expect(refused.errors.contains("run the command as root, or as a user or group of roles:"))
                try await world.expect(0, "schedule", "pause", "db")
                // No plug-in has run, and none can be.
                try FileManager.default.removeItem(atPath: world.folder.file("generators/probe"))
                #expect(try await pause().status == 0)
            }
        }
    }

    /// One that has run may have left something behind, even where its file is gone.
    @Test func rightsStayGoneOnceAPlugInHasRun() async throws {
        try await Probe.with("") { probe in
            let world = probe.world
            try await world.withDaemon(user: Probe.user) { _ async throws in
                try await world.expect(0, "rotate-now", "db", "--wait")
                try FileManager.default.removeItem(atPath: world.folder.file("generators/probe"))
                #expect(try await world.run(as: Probe.user, ["schedule", "pause", "db"]).status == 77)
            }
        }
    }

    /// What an earlier daemon has started may be there still.
    @Test func rightsAreGoneWhilePlugInsOfAnEarlierDaemonRun() async throws {
        try await Probe.with("") { probe in
            let world = probe.world
            try await world.withDaemon(user: Probe.user) { _ async throws in }
            try FileManager.default.removeItem(atPath: world.folder.file("generators/probe"))
            let descriptor = open(world.folder.file("rotator.db.plug-ins"), O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            try #require(flock(descriptor, LOCK_SH) == 0)
            try await world.withDaemon(user: Probe.user) { _ async throws in
                #expect(try await world.run(as: Probe.user, ["schedule", "pause", "db"]).status == 77)
            }
        }
    }

    // MARK: Files by their path

    /// Landlock does not govern these, and the plug-in's user owns the files.
    @Test func modeOwnerTimesAndAttributesCannotBeChangedByPath() async throws {
        let lines = try await Probe.run(
            """
            here = os.open(folder, os.O_PATH)
            for name in names + ["generators", "state/result"]:
                known = os.open(folder + "/" + name, os.O_PATH)
                for path in [f"{folder}/{name}", f"/proc/self/fd/{known}"]:
                    b = path.encode()
                    calls = dict(
                        chmod=(b, 0o666), fchmodat=(AT_FDCWD, b, 0o666, 0), fchmodat2=(AT_FDCWD, b, 0o666, 0),
                        chown=(b, -1, -1), lchown=(b, -1, -1), fchownat=(AT_FDCWD, b, -1, -1, 0), utime=(b, 0),
                        utimes=(b, 0), futimesat=(AT_FDCWD, b, 0), utimensat=(AT_FDCWD, b, TIMES, 0),
                        setxattr=(b, b"user.a", b"x", 1, 0), lsetxattr=(b, b"user.a", b"x", 1, 0),
                        setxattrat=(AT_FDCWD, b, 0, b"user.a", 0, 0), removexattr=(b, b"user.a"),
                        lremovexattr=(b, b"user.a"), removexattrat=(AT_FDCWD, b, 0, b"user.a"),
                        file_setattr=(AT_FDCWD, b, 0, 0, 0))
                    for key, arguments in calls.items():
                        if key in N:
                            note(key, call(key, *arguments))
                b = name.encode()
                note("fchmodat-beneath", call("fchmodat", here, b, 0o666, 0))
                note("fchownat-beneath", call("fchownat", here, b, -1, -1, 0))
                note("utimensat-beneath", call("utimensat", here, b, TIMES, 0))
            """
        )
        #expect(lines.count >= 11 * (2 * 11 + 3))
        #expect(lines.filter { !$0.hasSuffix(" EPERM") }.isEmpty, "\(Set(lines.filter { !$0.hasSuffix(" EPERM") }))")
    }

    /// What the guide says of programs and of Python's functions.
    @Test func programsThatSetModesByPathFailAndOthersWork() async throws {
        let lines = try await Probe.run(
            """
            import shutil
            os.chdir(os.environ["TMPDIR"])
            open("f", "w").write("a")
            for words in ["chmod 600 f", "chown 0 f", "install f g", "install -m 600 f g", "cp -p f h", "cp -a f i",
                          "touch f", "mktemp", "sed -i s/a/b/ f", "tar cf t f", "tar xf t", "mkdir -m 700 d"]:
                status = subprocess.run(words.split(), capture_output=True).returncode
                note(words, "works" if status == 0 else "fails")
            note("os.chmod", attempt(lambda: os.chmod("f", 0o600)))
            note("os.utime", attempt(lambda: os.utime("f")))
            note("shutil.copy", attempt(lambda: shutil.copy("f", "j")))
            note("shutil.copyfile", attempt(lambda: shutil.copyfile("f", "k")))
            note("os.fchmod", attempt(lambda: os.fchmod(os.open("f", os.O_RDWR), 0o600)))
            """
        )
        let expected = [
            "chmod 600 f fails", "chown 0 f fails", "install f g fails", "install -m 600 f g fails", "cp -p f h works",
            "cp -a f i works", "touch f works", "mktemp works", "sed -i s/a/b/ f works", "tar cf t f works",
            "tar xf t works", "mkdir -m 700 d works", "os.chmod EPERM", "os.utime EPERM", "shutil.copy EPERM",
            "shutil.copyfile done", "os.fchmod done",
        ]
        #expect(lines == expected)
    }

    @Test func contentCannotBeReadChangedMovedOrRemoved() async throws {
        let lines = try await Probe.run(
            """
            tmp = os.environ["TMPDIR"]
            for name in [name for name in names if name != "control.sock"]:
                path = f"{folder}/{name}"
                note("read", attempt(lambda: os.open(path, os.O_RDONLY)))
                note("write", attempt(lambda: os.open(path, os.O_WRONLY)))
                note("append", attempt(lambda: os.open(path, os.O_WRONLY | os.O_APPEND)))
                note("truncate", attempt(lambda: os.truncate(path, 0)))
                note("unlink", attempt(lambda: os.unlink(path)))
                note("rename", attempt(lambda: os.rename(path, path + ".old")))
                note("move", attempt(lambda: os.rename(path, tmp + "/mine")))
                note("replace", attempt(lambda: os.rename(p["result"], path)))
                note("link", attempt(lambda: os.link(path, tmp + "/mine")))
            note("make", attempt(lambda: os.open(folder + "/new", os.O_WRONLY | os.O_CREAT)))
            """
        )
        #expect(lines.count == 8 * 9 + 1)
        let refused = ["EACCES", "EXDEV", "EPERM"]
        let other = lines.filter { line in !refused.contains { line.hasSuffix(" \($0)") } }
        #expect(other.isEmpty, "\(Set(other))")
    }

    // MARK: Files by a descriptor

    /// O_PATH is what Landlock lets a plug-in have: nothing can be made of it.
    @Test func descriptorOfAProtectedFileOpensAndChangesNothing() async throws {
        let lines = try await Probe.run(
            """
            tmp = os.environ["TMPDIR"]
            for name in [name for name in names if name != "control.sock"]:
                fd = os.open(f"{folder}/{name}", os.O_PATH)
                again = f"/proc/self/fd/{fd}"
                how = (ctypes.c_uint64 * 3)(os.O_RDWR, 0, 0)
                for key, result in dict(
                    reopen=attempt(lambda: os.open(again, os.O_RDONLY)),
                    rewrite=attempt(lambda: os.open(again, os.O_WRONLY)),
                    openat2=call("openat2", AT_FDCWD, again.encode(), how, 24),
                    truncate=attempt(lambda: os.truncate(again, 0)),
                    read=attempt(lambda: os.read(fd, 1)),
                    fchmod=call("fchmod", fd, 0o666), fchown=call("fchown", fd, -1, -1),
                    fsetxattr=call("fsetxattr", fd, b"user.a", b"x", 1, 0),
                    futimens=call("utimensat", fd, 0, TIMES, 0),
                    fchownat=call("fchownat", fd, b"", -1, -1, AT_EMPTY_PATH),
                    fchmodat2=call("fchmodat2", fd, b"", 0o666, AT_EMPTY_PATH),
                    utimensat=call("utimensat", fd, b"", TIMES, AT_EMPTY_PATH),
                    setxattrat=call("setxattrat", fd, b"", AT_EMPTY_PATH, b"user.a", 0, 0),
                    linkat=call("linkat", fd, b"", AT_FDCWD, f"{tmp}/{name}".encode(), AT_EMPTY_PATH),
                    linkat_again=call("linkat", AT_FDCWD, again.encode(), AT_FDCWD, f"{tmp}/{name}".encode(),
                                      AT_SYMLINK_FOLLOW),
                ).items():
                    note(key, result)
            """
        )
        #expect(lines.count == 8 * 15)
        let refused = ["EACCES", "EBADF", "EPERM", "EXDEV", "ENOENT"]
        let other = lines.filter { line in !refused.contains { line.hasSuffix(" \($0)") } }
        #expect(other.isEmpty, "\(Set(other))")
    }

    /// Neither handed down, nor taken from the launcher or the daemon.
    @Test func noDescriptorOfTheDaemonsCanBeHad() async throws {
        let lines = try await Probe.run(
            """
            for fd in os.listdir("/proc/self/fd"):
                try:
                    target = os.readlink("/proc/self/fd/" + fd)
                except OSError:  # of the listing itself
                    continue
                if any(target == f"{folder}/{name}" for name in names):
                    note("inherited", target)
            def parent(pid):
                return int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
            launcher = os.getppid()
            for who, pid in dict(launcher=launcher, daemon=parent(launcher)).items():
                note(who + "-descriptors", attempt(lambda: os.listdir(f"/proc/{pid}/fd")))
                note(who + "-memory", attempt(lambda: os.open(f"/proc/{pid}/mem", os.O_RDWR)))
                note(who + "-root", attempt(lambda: os.listdir(f"/proc/{pid}/root")))
                ctypes.set_errno(0)
                pidfd = libc.syscall(ctypes.c_long(N["pidfd_open"]), ctypes.c_long(pid), ctypes.c_long(0))
                for fd in range(3, 64):
                    result = call("pidfd_getfd", pidfd, fd, 0)
                    if result != "EPERM":
                        note(who + "-getfd", result)
                note(who + "-trace", "done" if libc.ptrace(16, pid, 0, 0) == 0 else "EPERM")
            """
        )
        let refused = ["EACCES", "EPERM"]
        #expect(lines.count == 8, "\(lines)")
        #expect(lines.allSatisfy { line in refused.contains { line.hasSuffix(" \($0)") } }, "\(lines)")
    }

    // MARK: Other ways into the kernel

    @Test func ringsAndForeignArchitecturesAreRefused() async throws {
        let lines = try await Probe.run(
            """
            for key in ["io_uring_setup", "io_uring_enter", "io_uring_register"]:
                note(key, call(key, 8, (ctypes.c_char * 256)(), 0, 0))
            if X86:
                note("x32", call(0x40000000 | N["chmod"], f"{folder}/token".encode(), 0o666))
                # mov eax, 15 (chmod); int 0x80; ret
                import mmap
                code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
                code.write(bytes([0xB8, 15, 0, 0, 0, 0xCD, 0x80, 0xC3]))
                function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
                child = os.fork()
                if child == 0:
                    function()
                    os._exit(0)
                status = os.waitpid(child, 0)[1]
                note("i386", signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "done")
            """
        )
        let rings = ["io_uring_setup EPERM", "io_uring_enter EPERM", "io_uring_register EPERM"]
        #if arch(x86_64)
        #expect(lines == rings + ["x32 ENOSYS", "i386 SIGSYS"])
        #else
        #expect(lines == rings)
        #endif
    }

    /// What the shipped plug-ins do, and any program may.
    @Test func descriptorsOfItsOwnFilesCanBeChanged() async throws {
        let lines = try await Probe.run(
            """
            fd = os.open(os.environ["TMPDIR"] + "/mine", os.O_RDWR | os.O_CREAT, 0o600)
            note("fchmod", call("fchmod", fd, 0o640))
            note("fchown", call("fchown", fd, os.getuid(), os.getgid()))
            note("futimens", call("utimensat", fd, 0, TIMES, 0))
            note("fsetxattr", call("fsetxattr", fd, b"user.a", b"x", 1, 0))
            note("mode", oct(os.fstat(fd).st_mode & 0o7777))
            status = open("/proc/self/status").read()
            for key in ["NoNewPrivs", "Seccomp", "CapEff"]:
                note(key, status.partition(key + ":")[2].split()[0])
            """
        )
        let done = ["fchmod done", "fchown done", "futimens done"]
        #expect(Array(lines.prefix(3)) == done)
        #expect(["fsetxattr done", "fsetxattr EOPNOTSUPP", "fsetxattr ENOTSUP"].contains(lines[3]))
        #expect(Array(lines.dropFirst(4)) == ["mode 0o640", "NoNewPrivs 1", "Seccomp 2", "CapEff 0000000000000000"])
    }
}
