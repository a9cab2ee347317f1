#!/usr/bin/env python3
"""Installs the package on a Debian machine of its own, under a real systemd, and checks what it does there.

Tests/Host/run.py [--load COUNT] PACKAGE.deb

Prints one line a check, and exits with 1 if any has failed. Where no machine can be booted it says why, and exits
with 0.
"""

import argparse
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import machine
import checks_access
import checks_network
import checks_package
import checks_plug_ins
import checks_service

CHECKS = [
    *checks_package.INSTALLATION,
    *checks_service.CHECKS,
    *checks_access.CHECKS,
    *checks_network.CHECKS,
    *checks_plug_ins.CHECKS,
    *checks_service.LATER_CHECKS,
    *checks_package.UPGRADE_AND_REMOVAL,
]


def perform(host):
    """Runs each check in order: later ones build on what earlier ones have set up."""
    failed = 0
    for check in CHECKS:
        started = time.monotonic()
        try:
            said = check(host) or ""
            verdict = "ok    "
        except (machine.Failed, AssertionError) as error:
            failed += 1
            said, verdict = str(error) or traceback.format_exc(limit=-1), "FAILED"
        name = check.__doc__.split("\n")[0].rstrip(".")
        print(f"{verdict} {name} ({time.monotonic() - started:.1f} s){': ' if said else ''}{said}", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path)
    parser.add_argument("--load", type=int, default=100, help="rotations at once through a plug-in unit (default: 100)")
    options = parser.parse_args()
    if reason := machine.obstacle():
        print(f"skipped: {reason}")
        return 0
    # The machine is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cache = Path(__file__).resolve().parents[2] / ".build/host"
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="secret-rotator-host-") as folder:
        with machine.Machine(cache, Path(folder)) as host:
            host.package, host.load = options.package, options.load
            print(f"booted in {time.monotonic() - started:.1f} s", flush=True)
            failed = perform(host)
            if failed:
                print(host.run("journalctl", "--no-pager", "-n", "100").output)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    print(f"in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


sys.exit(main())
