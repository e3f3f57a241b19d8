"""Run `nonferrous` commands in this process: JSON arguments a line in, a JSON result a line out."""

import io
import json
import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from importlib.metadata import entry_points


def run(main, arguments):
    environment, out, err = dict(os.environ), io.StringIO(), io.StringIO()
    sys.argv, code = ["nonferrous", *arguments], 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except Exception:
            traceback.print_exc()
            code = 1
    os.environ.clear()
    os.environ.update(environment)  # an option of one command is none of the next
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


if __name__ == "__main__":
    (entry,) = entry_points(group="console_scripts", name="nonferrous")
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        print(json.dumps(run(entry.load(), json.loads(line))), file=answers, flush=True)
