"""Run a program that ends with its parent, even if that is killed: `python watched.py PROGRAM...`.

It is run by its file and imports little. Its standard input is a pipe without writer: it ends when the process at
its other end does, however that happens. Then the program and all that it has started are ended.
"""

import os
import signal
import subprocess
import sys
import threading

PATIENCE = 10.0  # s that the program may take to put things in order


def main(command: list[str]) -> int:
    """Run a command until it ends or standard input does; gives its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: None)  # it reaches the command too, which ends by itself
    signal.signal(signal.SIGINT, lambda *_: None)
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_input, args=(program,), daemon=True).start()
    return program.wait()


def _end_with_input(program: "subprocess.Popen[bytes]") -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.killpg(0, signal.SIGTERM)
    try:
        program.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        pass
    os.killpg(0, signal.SIGKILL)  # this process among them


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
