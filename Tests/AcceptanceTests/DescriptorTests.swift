import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// A daemon that has few descriptors.
@Suite(.timeLimit(.minutes(5)))
struct DescriptorTests {
    @Test func softLimitIsRaised() async throws {
        let script = """
            import os, re, resource, signal, subprocess, sys, time
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            lower = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
            daemon = subprocess.Popen(sys.argv[1:4] + ['daemon'], preexec_fn=lower, stderr=subprocess.DEVNULL)
            def ready():
                try: return open(sys.argv[4]).read() == f'{daemon.pid} ready\\n'
                except OSError: return False
            while not ready() and daemon.poll() is None: time.sleep(0.02)
            limits = open(f'/proc/{daemon.pid}/limits').read()
            daemon.send_signal(signal.SIGTERM)
            daemon.wait()
            soft = int(re.search(r'Max open files +(\\d+)', limits).group(1))
            print(soft == min(hard if hard >= 0 else 8192, 8192))
            """
        try await World.with { world in
            let arguments = [Program.path.string, "--config", world.folder.file("config.yaml")]
            let said = try await Oracle.python(script, arguments + [world.folder.file("rotator.db.lock")])
            #expect(said == "True")
        }
    }

    /// Dispatch ends a process that can't open a timer: the daemon has its timers open when it says that it is ready.
    @Test func timersAreOpenBeforeItIsReady() async throws {
        let script = """
            import os, re, signal, subprocess, sys
            daemon = subprocess.Popen(sys.argv[1:4] + ['daemon'], stderr=subprocess.DEVNULL)
            def ready():
                try: return open(sys.argv[4]).read() == f'{daemon.pid} ready\\n'
                except OSError: return False
            while not ready() and daemon.poll() is None: pass
            clocks = set()
            for file in os.listdir(f'/proc/{daemon.pid}/fdinfo'):
                try: text = open(f'/proc/{daemon.pid}/fdinfo/{file}').read()
                except OSError: continue
                clocks |= set(re.findall(r'clockid: (\\d+)', text))
            daemon.send_signal(signal.SIGTERM)
            daemon.wait()
            # CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME
            print(' '.join(sorted(clocks)))
            """
        try await World.with { world in
            let arguments = [Program.path.string, "--config", world.folder.file("config.yaml")]
            let said = try await Oracle.python(script, arguments + [world.folder.file("rotator.db.lock")])
            #expect(said == "0 1 7")
        }
    }

    /// Callers that never ask for anything take all descriptors but those that the daemon keeps for itself: it waits for room, and does its work after that.
    @Test(.enabled(if: getuid() == 0, "needs root, to see what a daemon has open"))
    func daemonWithoutDescriptorsDoesNotSpin() async throws {
        let script = """
            import os, resource, signal, socket, sys, time
            path, pid = sys.argv[1], int(sys.argv[2])
            opened = len(os.listdir(f'/proc/{pid}/fd'))
            hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
            def allow(more): resource.prlimit(pid, resource.RLIMIT_NOFILE, (opened + more, hard))
            allow(30)
            def ticks(): return sum(int(n) for n in open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()[11:13])
            start, used = time.monotonic(), ticks()
            held = [socket.socket(socket.AF_UNIX) for _ in range(60)]
            for caller in held: caller.connect(path)
            os.kill(pid, signal.SIGUSR1)
            # The daemon closes it because nothing comes.
            held[0].settimeout(120)
            held[0].recv(1)
            share = (ticks() - used) / os.sysconf('SC_CLK_TCK') / (time.monotonic() - start)
            print('idle' if share < 0.3 else share)
            """
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { daemon in
                let said = try await Oracle.python(script, world.folder.file("control.sock"), "\(daemon.pid)")
                #expect(said == "idle")
                // A hub that was not reached for want of a descriptor is not suspended.
                try await world.expect(0, "rotate-now", "held", "--wait")
                try await world.expect(0, "status")
            }
            #expect(!world.patches("held").isEmpty)
            let events = try await world.events()
            #expect(!events.contains("hub.suspended"))
        }
    }
}
