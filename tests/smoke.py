#!/usr/bin/env python3
"""Starts the release binary in a pseudo-terminal as a user would, waits for the list of the demo, leaves, and checks
that the terminal is as it was. Standard library only.

usage: smoke.py path/to/switchboard
"""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import tempfile
import termios
import time


def main() -> int:
    binary = os.path.abspath(sys.argv[1])
    home = tempfile.mkdtemp(prefix="switchboard-smoke-")
    environment = {"HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": os.environ.get("PATH", "")}
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(binary, [binary], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    wanted = [(re.compile(rb"demo"), b""), (re.compile(rb"live"), b"q")]
    deadline = time.monotonic() + 60
    ended = None
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 0.5)
        if ready:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                data = b""
            if not data:
                break
            seen += data
        while wanted and wanted[0][0].search(seen):
            key = wanted.pop(0)[1]
            if key:
                os.write(terminal, key)
    if not wanted:
        _, ended = os.waitpid(pid, 0)
    problems = []
    if wanted:
        os.kill(pid, 9)
        problems.append(f"never saw {wanted[0][0].pattern!r}")
    if ended is not None and os.waitstatus_to_exitcode(ended) != 0:
        problems.append(f"ended with {os.waitstatus_to_exitcode(ended)}")
    for on, off, what in [(b"?1049h", b"?1049l", "alternate screen"), (b"?2004h", b"?2004l", "bracketed paste")]:
        if seen.count(on) != seen.count(off):
            problems.append(f"the {what} was not left")
    if seen.rfind(b"?25h") < seen.rfind(b"?25l"):
        problems.append("the cursor stayed hidden")
    for problem in problems:
        print("smoke:", problem)
    if problems:
        print(repr(seen[-2000:]))
        return 1
    print(f"smoke: list shown, left clean, {len(seen)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
