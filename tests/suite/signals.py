"""Signals as a test and its children expect them, whatever started the tests."""

import signal

AWAITED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD}


def heard() -> None:
    """Let children begin with the default action of signals that the caller of this process ignores or blocks.

    A shell without job control starts what runs in its background with SIGINT ignored, and nohup with SIGHUP. A program
    inherits what is ignored, but no handler: this process gets one that does nothing, and goes on ignoring them.
    """
    for one in AWAITED:
        if signal.getsignal(one) is signal.SIG_IGN:
            signal.signal(one, lambda number, frame: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)
