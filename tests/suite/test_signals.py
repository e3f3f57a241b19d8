"""Children of the tests begin as those of a person's shell do."""

import subprocess
import sys

IGNORING = """
import signal, subprocess, sys
from tests.suite.signals import AWAITED, heard

for one in AWAITED:
    signal.signal(one, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
heard()
signal.raise_signal(signal.SIGTERM)
sys.exit(subprocess.run([sys.executable, "-c", sys.argv[1]]).returncode)
"""
CHILD = """
import signal
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)] == [signal.SIG_DFL] * 3
assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
print("as at login")
"""


def test_what_the_caller_ignores_or_blocks_a_child_does_not() -> None:
    done = subprocess.run([sys.executable, "-c", IGNORING, CHILD], capture_output=True, text=True, check=True)
    assert done.stdout == "as at login\n"
