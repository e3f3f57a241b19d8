"""OPC UA server or Sparkplug edge node that offers a table scan by scan, in real time.

python -m benchmarks.gateway.plant TABLE JOURNAL URL CERTIFICATES SCANS BEGIN. It goes on where the clock is, as a plant
does whose server has ended. The journal has each scan before and after its values are written, from which a new start
of the server has its history. Lines on standard input change the server: `bad COLUMN`, `good`, `remove UNIT COLUMN`,
`clock SECONDS`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import time
from pathlib import Path

from asyncua import ua
from asyncua.server import address_space, internal_server
from asyncua.ua import uaprotocol_auto

from benchmarks.gateway.table import SCAN, PlayedTable, read
from gateway.mqtt.broker import read_broker
from gateway.plant.live_plant import LivePlant
from gateway.plant.nodes import variant
from gateway.plant.opcua_server import _STATUS, OpcUaServer
from gateway.plant.outlet import TagValue
from gateway.plant.sparkplug_publisher import SparkplugPublisher

HISTORY = 120  # scans that a new start has the history of


class TablePlant(LivePlant):
    """Columns and units of a table, in place of a simulation that runs."""

    def __init__(self, table: PlayedTable) -> None:
        self.seed, self.units = table.seed, table.units
        stored = [one for one in self.seed.columns if one.role not in ("key", "time") and not one.is_made]
        self.assayed = tuple(column for column in stored if column.role in ("target", "late"))
        self.columns = tuple(column for column in stored if column.role not in ("target", "late"))


class ShiftedTime(dt.datetime):
    """Clock of the server, which can be wrong."""

    shift = dt.timedelta(0)

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
        """Return the time of the clock."""
        return dt.datetime.now(tz) + cls.shift


class TableWriter:
    """Server or edge node, and its scans.

    Parameters
    ----------
    table : PlayedTable
        Table to write.
    journal : Path
        Scans that were written.
    outlet : OpcUaServer or SparkplugPublisher
        Offers the values.
    """

    def __init__(self, table: PlayedTable, journal: Path, outlet: OpcUaServer | SparkplugPublisher) -> None:
        self.table, self._journal, self.outlet = table, journal, outlet
        self._bad = ""
        self._period = -1

    async def run(self) -> None:
        """Write scan after scan until standard input ends."""
        first = self.table.scan_at(time.time()) + 1
        await self.outlet.open()
        if isinstance(self.outlet, OpcUaServer):
            await self.outlet.write(self._restored(self.outlet, first))
        print("ready", flush=True)
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        commands = asyncio.create_task(self._listen(reader))
        scan = self.table.scan_at(time.time())
        with self._journal.open("a", encoding="ascii") as journal:
            while not commands.done():
                print(f"begin {scan} {self._bad}".rstrip(), file=journal, flush=True)
                await self.outlet.write(self._shifted(self._values(scan, self._bad)))
                print(f"end {scan} {self._bad}".rstrip(), file=journal, flush=True)
                due = self.table.begin + (scan + 1) * SCAN
                await asyncio.sleep(max(0.0, due - time.time()))
                scan = max(scan + 1, self.table.scan_at(time.time()))
        await self.outlet.close()

    def _values(self, scan: int, bad: str) -> list[TagValue]:
        """Values of a scan: fast columns; at the first one of a period the others and results too."""
        number, at = scan // self.table.scans, self.table.time_of(scan)
        period = self.table.period_of(scan)
        values = []
        if number != self._period:
            self._period = number
            values = self._slow(scan)
        for unit in period.cells:
            for name in self.table.fast:
                value, quality = self.table.cell(unit, name, scan)
                if name == bad and isinstance(value, float):
                    # A bad value carries a number, which no scan has.
                    value, quality = value + 0.5 * self.table.step(name, value), "bad"
                values.append(TagValue(unit, name, value, at, quality))  # type: ignore[arg-type]
        return values

    def _slow(self, scan: int) -> list[TagValue]:
        period, at = self.table.period_of(scan), self.table.time_of(scan)
        values = []
        for unit, cells in period.cells.items():
            values.append(TagValue(unit, self.table.seed.clock.name, period.start, at))
            values += [
                TagValue(unit, name, value, at, quality)  # type: ignore[arg-type]
                for name, (value, quality) in cells.items()
                if name not in self.table.fast
            ]
        for unit, name, value, start in period.results:
            values.append(TagValue(unit, f"{name}.period", dt.datetime.fromisoformat(start), at))
            values.append(TagValue(unit, name, value, at))
        return values

    def _shifted(self, values: list[TagValue]) -> list[TagValue]:
        if not ShiftedTime.shift:
            return values
        return [TagValue(one.unit, one.tag, one.value, one.at + ShiftedTime.shift, one.quality) for one in values]

    def _restored(self, server: OpcUaServer, first: int) -> list[TagValue]:
        """Fill the history from the journal; returns the latest value of each tag."""
        lines = self._journal.read_text(encoding="ascii").splitlines() if self._journal.exists() else []
        latest: dict[tuple[str, str], TagValue] = {}
        nodes = server._nodes
        for line in lines:
            word, number, *bad = line.split()
            if word != "end" or int(number) < first - HISTORY:
                continue
            for one in self._values(int(number), bad[0] if bad else ""):
                if (kind := nodes.types.get((one.unit, one.tag))) is not None:
                    latest[one.unit, one.tag] = one
                    value = ua.DataValue(variant(one.value, kind), _STATUS[one.quality], SourceTimestamp=one.at)
                    server._history.note(nodes.node_id(one.unit, one.tag), value)
        return list(latest.values())

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            command, *words = line.decode().split()
            if command == "bad":
                self._bad = words[0]
            elif command == "good":
                self._bad = ""
            elif command == "clock":
                ShiftedTime.shift = dt.timedelta(seconds=float(words[0]))
            elif command == "remove":
                assert isinstance(self.outlet, OpcUaServer)
                server, nodes = self.outlet._server, self.outlet._nodes
                await server.delete_nodes([server.get_node(nodes.node_id(*words))])
            print("done", flush=True)


def main() -> None:
    """Run until standard input ends."""
    table, journal, url, certificates, scans, begin = sys.argv[1:]
    for module in (address_space, internal_server, uaprotocol_auto):  # values, state and messages of the server
        module.datetime = ShiftedTime
    read_table = read(Path(table), int(scans), float(begin))
    plant = TablePlant(read_table)
    outlet: OpcUaServer | SparkplugPublisher
    if url.startswith("opc.tcp:"):
        outlet = OpcUaServer(plant, url, Path(certificates))
    else:
        outlet = SparkplugPublisher(plant, read_broker(url))
    asyncio.run(TableWriter(read_table, Path(journal), outlet).run())


if __name__ == "__main__":
    main()
