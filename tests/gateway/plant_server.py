"""OPC UA server of a small plant, as a process of its own: `python plant_server.py PORT [OPTION=VALUE ...]`.

It serves two units of the made-up process of numbers, writes all values each tick and may have a history. Lines on
standard input change it, such as `set z 4.5`, `status z Bad`, `period 2026-02-01` and `label 91.5 2026-01-02`.
"""

import asyncio
import datetime as dt
import sys
from pathlib import Path

from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole

NAMESPACE = "urn:nonferrous:plant"
UNITS = ("A", "槽 2")
VALUES = {"x_set": 10.0, "z": 4.0, "tapped": 3000.0}
LIMITS = {"x_set": ("kA", 0.0, 20.0), "z": ("V", 0.0, 8.0), "tapped": ("kg/d", 0.0, 6000.0)}
STATUS = {
    "Good": ua.StatusCode(ua.StatusCodes.Good),
    "Uncertain": ua.StatusCode(ua.StatusCodes.UncertainLastUsableValue),
    "Bad": ua.StatusCode(ua.StatusCodes.BadSensorFailure),
}


def options(words: list[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words)


class Administrators:
    """Rights for each client to add nodes."""

    def get_user(self, iserver, username=None, password=None, certificate=None) -> User:
        return User(role=UserRole.Admin)


class Plant:
    """The server and the state that it serves."""

    def __init__(self, port: int, given: dict[str, str]) -> None:
        self.given, self.tick = given, float(given.get("tick", "0.2"))
        self.server = Server(user_manager=Administrators() if "administrators" in given else None)
        self.url = f"opc.tcp://127.0.0.1:{port}"
        self.values: dict[str, object] = dict(VALUES)
        self.status = dict.fromkeys(VALUES, "Good")
        self.period = given.get("period", "2026-01-02")
        self.shift = dt.timedelta(seconds=float(given.get("shift", "0")))
        self.is_still: set[str] = set()
        self.nodes: dict[str, object] = {}

    async def start(self) -> None:
        await self.server.init()
        self.server.set_endpoint(self.url)
        if folder := self.given.get("certificates"):
            await self.server.load_certificate(Path(folder) / "server.pem")
            await self.server.load_private_key(Path(folder) / "server_key.pem")
            self.server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
            self.server.set_identity_tokens([ua.X509IdentityToken, ua.UserNameIdentityToken])
        index = await self.server.register_namespace(NAMESPACE)
        objects = self.server.nodes.objects
        plant = await objects.add_folder(ua.NodeId("Plant", index), ua.QualifiedName("Plant", index))
        if self.given.get("results") == "folder":
            await objects.add_folder(ua.NodeId("Results", index), ua.QualifiedName("Results", index))
        else:
            await self.add_results(index)
        for unit in UNITS:
            folder = await plant.add_folder(ua.NodeId(unit, index), ua.QualifiedName(unit, index))
            for name in VALUES:
                if f"{unit}.{name}" not in self.given.get("without", ""):
                    await self.add(folder, index, f"{unit}.{name}", name)
            for name, value in (("period_start", self.period), ("y", 0.0), ("y.period", "")):
                await self.add(folder, index, f"{unit}.{name}", name, value)
        await self.server.start()

    async def add_results(self, index: int) -> None:
        """Writable nodes of results, and among them a reference to a set-point elsewhere, which is writable too."""
        objects = self.server.nodes.objects
        root = await objects.add_folder(ua.NodeId("Results", index), ua.QualifiedName("Results", index))
        setpoint = await objects.add_variable(
            ua.NodeId("Setpoints.x", index), ua.QualifiedName("x", index), 1.0, ua.VariantType.Double
        )
        await setpoint.set_writable()
        fields = [("y", name, ua.VariantType.Double) for name in ("value", "low", "high")]
        fields += [
            ("prediction", name, ua.VariantType.String) for name in ("flags", "model_version", "period", "record")
        ]
        for unit in UNITS:
            folder = await root.add_folder(ua.NodeId(f"Results.{unit}", index), ua.QualifiedName(unit, index))
            groups = {}
            for group, name, kind in fields:
                if group not in groups:
                    key = ua.NodeId(f"Results.{unit}.{group}", index)
                    groups[group] = await folder.add_folder(key, ua.QualifiedName(group, index))
                key = ua.NodeId(f"Results.{unit}.{group}.{name}", index)
                node = await groups[group].add_variable(
                    key, ua.QualifiedName(name, index), 0.0 if kind == ua.VariantType.Double else "", kind
                )
                await node.set_writable()
            advice = await folder.add_folder(
                ua.NodeId(f"Results.{unit}.recommendations", index), ua.QualifiedName("recommendations", index)
            )
            await advice.add_reference(setpoint, ua.ObjectIds.Organizes)

    async def add(self, folder, index: int, key: str, name: str, value: object = 0.0) -> None:
        kind = ua.VariantType.String if isinstance(value, str) else ua.VariantType.Double
        node = await folder.add_variable(ua.NodeId(key, index), ua.QualifiedName(name, index), value, kind)
        if name == "y":
            waiting = ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData)
            await node.write_value(ua.DataValue(ua.Variant(0.0, kind), waiting, SourceTimestamp=self.now()))
        if name in LIMITS:
            unit, low, high = LIMITS[name]
            information = ua.EUInformation("", -1, ua.LocalizedText(unit), ua.LocalizedText(unit))
            await node.add_property(0, "EngineeringUnits", information)
            await node.add_property(0, "EURange", ua.Range(low, high))
        if self.given.get("history") == "yes":
            await self.server.historize_node_data_change(node, period=None, count=100_000)
        self.nodes[key] = node

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.shift

    async def write(self) -> None:
        now = self.now()
        for unit in UNITS:
            if node := self.nodes.get(f"{unit}.period_start"):
                await self.put(node, self.period, "Good", now)
            for name, value in self.values.items():
                if name not in self.is_still and (node := self.nodes.get(f"{unit}.{name}")):
                    await self.put(node, value, self.status[name], now)

    async def put(self, node, value: object, status: str, now: dt.datetime) -> None:
        kind = ua.VariantType.String if isinstance(value, str) else ua.VariantType.Double
        data = ua.DataValue(ua.Variant(value, kind), STATUS[status], SourceTimestamp=now)
        await self.server.write_attribute_value(node.nodeid, data)

    async def obey(self, line: str) -> None:
        command, *words = line.split()
        if command == "set":
            self.values[words[0]] = words[1] if words[1].isalpha() else float(words[1])
        elif command == "status":
            self.status[words[0]] = words[1]
        elif command == "still":
            self.is_still.add(words[0])
        elif command == "period":
            self.period = words[0]
        elif command == "label":
            for unit in UNITS:
                now = self.now()
                await self.put(self.nodes[f"{unit}.y.period"], words[1], "Good", now)
                await self.put(self.nodes[f"{unit}.y"], float(words[0]), "Good", now)

    async def run(self) -> None:
        await self.start()
        print("ready", flush=True)
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        commands = asyncio.create_task(self.listen(reader))
        while not commands.done():
            await self.write()
            await asyncio.sleep(self.tick)
        await self.server.stop()

    async def listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            await self.obey(line.decode())
            await self.write()  # else a client may read the values before the command
            print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(Plant(int(sys.argv[1]), options(sys.argv[2:])).run())
