"""Steps of deploy/Containerfile without a container engine: each stage is a folder, each step runs in it by chroot.

`python -m tests.deploy.containerfile FOLDER` builds in a new folder, as root, from this machine's own mirror of Debian
and its own index of packages. It follows the instructions that the file has, and no others.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE, IGNORED = ROOT / "deploy" / "Containerfile", ROOT / ".containerignore"
AUTHORITIES = "etc/authorities.crt"  # of this machine; the package of Debian's own is installed later
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
KNOWN = {
    "FROM",
    "RUN",
    "WORKDIR",
    "COPY",
    "LABEL",
    "ENV",
    "USER",
    "VOLUME",
    "EXPOSE",
    "HEALTHCHECK",
    "ENTRYPOINT",
    "CMD",
}


def instructions(text: str) -> list[tuple[str, str]]:
    """Instructions of a file with their arguments, in order."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line.strip()]
    return [(name, argument.strip()) for name, argument in pairs]


@dataclass
class Stage:
    """A stage: its folder and the settings of its programs."""

    root: Path
    environment: dict[str, str] = field(
        default_factory=lambda: {"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"}
    )
    folder: str = "/"
    user: str = "0:0"
    written: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def step(self, name: str, argument: str, others: dict[str, "Stage"]) -> None:
        """Carry out an instruction."""
        if name == "RUN":
            run_as_root(self, ["/bin/sh", "-c", argument])
        elif name == "WORKDIR":
            self.folder = argument
            (self.root / argument.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            self._copy(argument, others)
        elif name == "ENV":
            key, _, value = argument.partition("=")
            self.environment[key] = value
        elif name == "USER":
            self.user = argument
        elif name == "VOLUME":
            self.written.append(argument)
        elif name == "HEALTHCHECK":
            self.health = json.loads(argument.partition("CMD ")[2])
        elif name in ("ENTRYPOINT", "CMD"):
            self.command += json.loads(argument)

    def _copy(self, argument: str, others: dict[str, "Stage"]) -> None:
        *given, target = shlex.split(argument)
        source = ROOT
        if given[0].startswith("--from="):
            source = others[given.pop(0).removeprefix("--from=")].root
        names = [path for one in given for path in (allowed() if one == "." else [one.lstrip("/")])]
        for name in names:
            place = self.root / (Path(self.folder) / target).as_posix().lstrip("/")
            if target == ".":
                place = place / name
            elif target.endswith("/"):
                place = place / Path(name).name
            place.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", "-T", str(source / name), str(place)], check=True)


def allowed() -> list[str]:
    """Paths of the repository that the image may see."""
    lines = IGNORED.read_text(encoding="utf-8").splitlines()
    return [path.relative_to(ROOT).as_posix() for line in lines if line[:1] == "!" for path in ROOT.glob(line[1:])]


def run_as_root(stage: Stage, command: list[str]) -> None:
    """Run a command in the folder of a stage, with network and this machine's settings of pip."""
    pip = {name: value for name, value in os.environ.items() if name in ("PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT")}
    own = {"HOME": "/tmp", "DEBIAN_FRONTEND": "noninteractive", "PIP_CERT": f"/{AUTHORITIES}"}
    enter = ["unshare", "--mount", "--pid", "--fork", f"--mount-proc={stage.root / 'proc'}"]
    inside = ["chroot", str(stage.root), "/bin/sh", "-c", f'cd {stage.folder} && exec "$@"', "sh"]
    subprocess.run([*enter, *inside, *command], env=stage.environment | pip | own, check=True)


def run_as_user(stage: Stage, command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as the user of the image: a read-only root, `home` at its volume, an empty /tmp."""
    user, _, group = stage.user.partition(":")
    os.chown(home, int(user), int(group))
    (volume,) = stage.written
    mounts = (
        f"--bind {stage.root} {stage.root}",
        f"-o remount,bind,ro {stage.root}",
        f"--bind {home} {stage.root}{volume}",
        f"-t tmpfs tmpfs {stage.root}/tmp",
        f"-t proc proc {stage.root}/proc",
    )
    limits = f"--reuid {user} --regid {group} --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs"
    script = "\n".join(f"mount {one}" for one in mounts) + f'\nexec /usr/sbin/chroot {stage.root} setpriv {limits} "$@"'
    enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", script, "sh"]
    environment = stage.environment | {"HOME": volume}
    return subprocess.run([*enter, *command], env=environment, capture_output=True, text=True)


def bootstrapped(folder: Path, release: str) -> Path:
    """Minimal Debian from the mirror that this machine uses."""
    text = SOURCES.read_text(encoding="utf-8")
    (mirror, *_) = re.findall(r"^URIs: (\S+)", text, re.MULTILINE)
    root = folder / "base"
    subprocess.run(
        ["debootstrap", "--variant=minbase", release, str(root), mirror], check=True, stdout=subprocess.DEVNULL
    )
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / AUTHORITIES)
    return root


def build(folder: Path) -> Stage:
    """Carry out all steps in an empty folder; return the last stage."""
    stages: dict[str, Stage] = {}
    base, stage = None, None
    for name, argument in instructions(FILE.read_text(encoding="utf-8")):
        if name == "FROM":
            image, _, label = argument.partition(" AS ")
            base = base or bootstrapped(folder, image.partition(":")[2].partition("-")[0])
            root = folder / (label or "image")
            subprocess.run(["cp", "-a", str(base), str(root)], check=True)
            stage = stages[label or "image"] = Stage(root)
        else:
            assert stage is not None
            sys.stderr.write(f"{name} {argument}\n")
            stage.step(name, argument, stages)
    assert stage is not None
    return stage


def check(stage: Stage, home: Path) -> None:
    """Check the programs of an image, and that its user changes nothing but the volume."""
    programs = "nonferrous --version", "python -m mlflow --version", "nonferrous seeds list", "test -w ."
    for command in (*programs, "! command -v cc", "! touch /opt/nonferrous/x", "! touch /etc/x", "touch /tmp/x"):
        done = run_as_user(stage, ["sh", "-c", f"cd {stage.folder}; {command}"], home)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    health = f"for i in $(seq 120); do {shlex.join(stage.health)} 2>/dev/null && exit 0; sleep 1; done; exit 1"
    done = run_as_user(stage, ["sh", "-c", f"{shlex.join(stage.command)} & {health}"], home)
    assert done.returncode == 0, done.stdout + done.stderr


if __name__ == "__main__":
    place = Path(sys.argv[1]).resolve()
    (place / "home").mkdir(parents=True)
    check(build(place), place / "home")
