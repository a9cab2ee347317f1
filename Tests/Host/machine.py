"""A Debian machine of its own: bootstrapped once, booted in systemd-nspawn over a copy-on-write view, and ended."""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

# What the package depends on, so that the machine needs no network to install it; and the tests' own tools.
PACKAGES = (
    "ca-certificates curl dbus init-system-helpers libsqlite3-0 libstdc++6 sqlite3 systemd systemd-sysv tzdata zlib1g"
)
RELEASE = "bookworm"


class Failed(Exception):
    """A step of the set-up that went wrong, or a sign that did not come in time."""


def until(what, probe, seconds=30):
    """Waits until a probe gives something true, and returns it; it is asked again and again, up to a limit."""
    end = time.monotonic() + seconds
    while True:
        if found := probe():
            return found
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.1)


def obstacle():
    """Why no machine can be booted here; None where it can."""
    if os.geteuid() != 0:
        return "it needs root, to boot a machine"
    for program in ("debootstrap", "systemd-nspawn", "nsenter", "dpkg-deb"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if "overlay" not in Path("/proc/filesystems").read_text():
        return "the kernel has no overlay file system"
    return None


def base(cache):
    """The bootstrapped root, made once for a list of packages."""
    name = hashlib.sha256(f"{RELEASE} {PACKAGES}".encode()).hexdigest()[:12]
    root = cache / f"{RELEASE}-{name}"
    if not root.exists():
        draft = root.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        cache.mkdir(parents=True, exist_ok=True)
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES.replace(' ', ',')}", RELEASE, str(draft)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        draft.rename(root)
    return root


class Machine:
    """A booted machine; a context manager that ends it and removes what it has written."""

    def __init__(self, cache, folder):
        self.base = base(cache)
        self.folder = folder
        self.root = folder / "root"
        self.layers = folder / "layers"
        self.console = folder / "console"
        self.nspawn = None
        self.leader = None

    def __enter__(self):
        for path in (self.root, self.layers):
            path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2g", "tmpfs", self.layers], check=True)
        try:
            for name in ("up", "work"):
                (self.layers / name).mkdir()
            options = f"lowerdir={self.base},upperdir={self.layers}/up,workdir={self.layers}/work"
            subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, self.root], check=True)
            self.boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def boot(self):
        command = ["systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}", "--register=no", "--keep-unit"]
        command += ["--private-network", "--console=passive", "--capability=CAP_IPC_LOCK"]
        command += ["--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self"]
        environment = os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        with open(self.console, "wb") as console:
            self.nspawn = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT
            )
        until("the machine's first process", self.find_leader)
        until("the machine is up", lambda: self.run("systemctl", "is-system-running").output.strip() == "running", 60)

    def find_leader(self):
        """The machine's process 1: nspawn's child that runs systemd."""
        if self.nspawn.poll() is not None:
            raise Failed(f"systemd-nspawn has ended: {self.console.read_text(errors='replace')[-2000:]}")
        children = Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
        for child in children:
            if os.path.basename(os.readlink(f"/proc/{child}/exe")) == "systemd":
                self.leader = child
        return self.leader

    def run(self, *command, user=None, input=None, seconds=60):
        """Runs a command there, as root or a user; never raises for its exit status."""
        inside = ["nsenter", "--target", self.leader, "--all", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        inside += ["HOME=/root", "LANG=C.UTF-8"]
        if user:
            inside += ["runuser", "--user", user, "--"]
        try:
            process = subprocess.run(
                [*inside, *command], input=input or "", text=True, capture_output=True, timeout=seconds
            )
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{' '.join(command)[:200]}: no end within {seconds} s") from error
        return Result(command, process)

    def shell(self, script, **options):
        """Runs a script there."""
        return self.run("sh", "-euc", script, **options)

    def write(self, path, text, mode=0o644):
        """Writes a file there."""
        self.shell(f"install -D -m {mode:o} /dev/stdin {path}", input=text).require()

    def __exit__(self, *_):
        if self.nspawn and self.nspawn.poll() is None:
            # RTMIN+4 is an orderly end; then nspawn itself is ended, which takes all of the machine with it.
            for number in ((signal.SIGRTMIN + 4), signal.SIGTERM, signal.SIGKILL):
                target = int(self.leader) if self.leader and number == signal.SIGRTMIN + 4 else self.nspawn.pid
                os.kill(target, number)
                try:
                    self.nspawn.wait(20)
                    break
                except subprocess.TimeoutExpired:
                    continue
        for path in (self.root, self.layers):
            if os.path.ismount(path):
                subprocess.run(["umount", path], check=False)


class Result:
    """What a command has said: exit status, standard output, standard error."""

    def __init__(self, command, process):
        self.command = command
        self.status = process.returncode
        self.output = process.stdout
        self.errors = process.stderr

    def require(self, status=0):
        """Itself, if the exit status is the expected one."""
        if self.status != status:
            said = (self.output + self.errors).strip()[-1500:]
            raise Failed(f"{' '.join(self.command)[:200]}: exit status {self.status}, not {status}: {said}")
        return self
