"""A program that a test starts ends with it."""

import os
import select
import sys

import pytest

from tests.suite.children import child

FAMILY = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(600)"])
time.sleep(600)
"""


def test_a_test_that_fails_leaves_neither_its_program_nor_what_that_started() -> None:
    reads, writes = os.pipe()
    with os.fdopen(reads, "rb") as message:

        def fail() -> None:
            with child([sys.executable, "-c", FAMILY], stdout=writes):
                os.close(writes)
                assert message.readline() == b"begun\n"
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert select.select([message], [], [], 60)[0], "the other holds the pipe still"
        assert message.read() == b""
