"""Send pieces to the service one by one at a line's pace, and print the time of each response.

    python benchmarks/paced.py ADDRESS ROWS PIECES_PER_SECOND SECONDS

ADDRESS is that of a process's predictions, ROWS a JSON file with a list of rows, which are sent in turn. What the last
answer on the lots goes along with the next piece, as on a line. A piece's time runs from when it is due, so that
one that waits for a slow one before it is not counted as fast.
"""

import http.client
import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit


def paced(address: str, rows: list[dict[str, object]], rate: float, seconds: float) -> dict[str, float]:
    """Milliseconds that half and 99 of 100 pieces took, the longest, and how many there were."""
    parts = urlsplit(address)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    lots: dict[str, object] = {}
    spent = []
    start = time.perf_counter()
    for i in range(int(rate * seconds)):
        row = rows[i % len(rows)]
        held = {row["lot"]: lots[row["lot"]]} if row["lot"] in lots else {}
        body = json.dumps({"rows": [row], "lots": held, "include": ["lots"]})
        due = start + i / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        connection.request("POST", parts.path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
        spent.append(time.perf_counter() - due)
        if response.status != http.HTTPStatus.OK:
            raise SystemExit(f"{address}: {answer['detail']}")
        lots |= answer["lots"]
    spent.sort()
    lines = {"p50_ms": spent[len(spent) // 2], "p99_ms": spent[int(len(spent) * 0.99)], "longest_ms": spent[-1]}
    return {"pieces": len(spent), **{name: 1e3 * value for name, value in lines.items()}}


if __name__ == "__main__":
    lines = paced(sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), float(sys.argv[3]), float(sys.argv[4]))
    print(json.dumps(lines))
