"""Results whose plants or models have changed since they were measured; fills a note of their pages.

    python -m benchmarks.aims.outdated

A change of a seed, or of what models learn, makes figures outdated, and some take hours. These results may wait for
their next measurement; until then a note on their page names them. All other results must be current.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.bounds.spreads import LIMITED, free_digest
from benchmarks.digests import is_of_own_plant
from seeds import Seed, load, names

NAME = "outdated results"
DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "results"
_BOUNDS = {"bounds": "python -m benchmarks.bounds"}
# Results of each page of the documents, by the command that measures them again.
OF_PAGES: Mapping[str, Mapping[str, str]] = {
    "how-to/large_tables": {"large_tables": "python -m benchmarks.large_tables"},
    "how-to/use_the_pages": {"pages": "python -m benchmarks.pages"},
    "reference/processes/copper_electrorefining": _BOUNDS,
    "reference/processes/zinc_electrowinning": _BOUNDS,
    "reference/processes/black_mass": {"black_mass": "python benchmarks/accuracy.py black_mass"},
    "reference/processes/high_purity_gallium": {
        "high_purity_gallium": "python benchmarks/accuracy.py high_purity_gallium"
    },
    "reference/processes/heavy_scrap": {"heavy_scrap": "python benchmarks/accuracy.py heavy_scrap"},
    "reference/processes/pv_modules": {"pv_modules": "python benchmarks/accuracy.py pv_modules"},
    "reference/processes/retired_batteries": {"retired_batteries": "python benchmarks/accuracy.py retired_batteries"},
    "reference/processes/retired_batteries_chemistry": {
        "retired_batteries_chemistry": "python benchmarks/accuracy.py retired_batteries_chemistry FILE"
    },
    "reference/processes/retired_batteries_pulse": {
        "retired_batteries_pulse": "python benchmarks/accuracy.py retired_batteries_pulse FILE"
    },
    "reference/processes/zinc_leach_filter": {
        "zinc_leach_filter": "python benchmarks/accuracy.py zinc_leach_filter FILE"
    },
    "results/benchmarks": {
        "benchmarks": "make bench",
        "service": "python -m benchmarks.service",
        "simulation": "python -m benchmarks.simulation",
        "training": "make bench-training",
        "training_size": "make bench-training",
    },
    "results/drift": {"drift": "python -m benchmarks.drift"},
    "results/intervals": {"coverage": "python -m benchmarks.coverage", "regret": "python -m benchmarks.regret"},
    "results/label_checks": {
        "forged": "python -m benchmarks.label_checks",
        "waiting": "python -m benchmarks.label_checks.following",
        "waiting_lots": "python -m benchmarks.label_checks.lots",
    },
    "results/quality": {
        "quality": "python benchmarks/quality.py",
        "quality_setpoints": "python benchmarks/quality_setpoints.py",
    },
    "results/retraining": {
        "forgetting": "python -m benchmarks.forgetting",
        "replay": "python -m benchmarks.replays.tables",
        "replay_short": "python -m benchmarks.replays.tables.short_steps",
        "replay_real": "python -m benchmarks.replays.tables.real",
        "promotions": "python -m benchmarks.replays.tables.promotions",
        "verdicts": "python -m benchmarks.replays.tables.verdicts",
    },
    "results/set_points": {"setpoints": "python benchmarks/setpoints.py run"},
    "results/sorting": {
        "sorting": "python benchmarks/sorting.py",
        "promises": "python benchmarks/guarantees.py",
        "spreads": "python -m benchmarks.bounds.spreads",
    },
}

# SHA-256 of results that were measured by models before the unit history and the imputation of missing inputs.
EARLIER_MODELS: Mapping[str, str] = {
    "zinc_leach_filter": "edb0415f331ed5caf360eafbc61e215566b36670bec784b5064269963f517c2e",
    "retired_batteries_pulse": "f2d7f4e65aabd8c641fcc139ce373bac2ca59d75271fc826b8312d196cface57",
    "retired_batteries_chemistry": "acbec2997ec0670327ef39fd815615db3f2281fd798815d65cd9220b2182d63d",
    "retired_batteries": "93dcf70037a58dd040690e5eb4b75e8b0646f1c1cefcd063d14712128e9ad228",
    "pv_modules": "44f7faccf9889dbea3286b3fcfbd04da5eb8af3e7177bb06fd52cc063905a0a2",
    "heavy_scrap": "09bff727135c28e6f4f9531a97b9dadcb7556fcc6e6a0d1c6bd99b5edeaa6dae",
    "high_purity_gallium": "5011ec67ceda77371fdc3a461309616c526206d4cd580751450e979615fc6627",
    "black_mass": "85b458db5d02014c57aa3c830305aa6e4c7ff4e522d5e0cd9d0a9b9cfd8ad8a3",
    "quality": "4fd5733882770c88cd41fcb66f8f9fb74d26c82ef8b0a9405e0eeb32cc01f4b5",
    "sorting": "0975c5a14646579a1bd4ddfb7999df51b7bfa7720545349535de141a7f67e8cf",
    "replay_real": "077abb5b89bcc4d794e4473cbbcd0fb8147fe41483c80eebde7a08ade9cd64f0",
    "promises": "b9609a6b04c39f6b3cc0be883fa541074b45bb8eff3fdd10bdd6e2a35b3bb374",
    "coverage": "624f3fcbb0390d8d8d152048bfcde35c950727cdfa296416d3d1e3cf6dbab6e8",
    "regret": "a1e3f56b916e857fe284e77c486d32d2eb0d6d3253fc66ac2bdc8a1c18ed8177",
    "drift": "7b47baa6e5b27b32db1c6cbc40928ba0664d1b4137b529451e3afac3021a0261",
    "forged": "fb15249a1bd05178f861d09a4d4abc33ad448c619120ed1563943fc6b73638ba",
    "waiting": "5638dbd7285721fcafff9717e808eca98a7c082e1b2327802aa66f2aa7614c81",
    "waiting_lots": "0f236f4201fd4a6c497faa7ad6c10f325da14a23a108aac9bb073806639d1912",
    "forgetting": "7a6da5022cbb0bb2e8d5bf0fc7468a75147d51a0e776b4ed4a5b08796f0c7711",
    "replay": "1fab183bae55ef6d1cb8b0fffe06743eca34205f2196598565c928ab9b64758f",
    "replay_short": "58b2b88fbb4017da0bd25a12c368b4e889e91a0a36e9296b489ce9ea3d88c6c6",
    "promotions": "ec85424991622c9c7de234022b1f57e8f82c4d8dad45fb74baf474244a544ed0",
    "verdicts": "1762cec72214cda5a6e84eb84e4644bcfe035e87356899fae0bc6172ceac901b",
    "quality_setpoints": "7aa990cf2ca6fa9def57420c79e12b04a32118baca6cd8ac9b7549879227dac1",
}


def outdated(result: Any) -> list[str]:
    """Return processes or variants, sorted, whose seeds have changed since they were measured."""
    digests = _digests(result, names())
    return sorted({label for label, process, digest in digests if not _is_current(digest, load(process))})


def _is_current(digest: str, seed: Seed) -> bool:
    """Return True for a digest of the seed, of its own plant, or of the parts that limits on spread leave."""
    return is_of_own_plant(digest, seed) or (seed.process.name in LIMITED and digest == free_digest(seed))


def note(page: str) -> list[str]:
    """Lines that name the outdated results of a page; empty if all are current."""
    lines = []
    for stem, command in OF_PAGES[page].items():
        content = (FOLDER / f"{stem}.json").read_bytes()
        result = json.loads(content)
        labels, measured = outdated(result), {label for label, _, _ in _digests(result, names())}
        of_earlier = hashlib.sha256(content).hexdigest() == EARLIER_MODELS.get(stem)
        if labels or of_earlier:
            which = "all" if of_earlier or measured == {*labels} else ", ".join(labels)
            file = os.path.relpath(DOCS / "results" / f"{stem}.json", (DOCS / page).parent)
            lines.append(f"> - [`{command}`]({file}): {which}")
    if not lines:
        return []
    return ["> Outdated: the seeds or what models learn have changed since these results were measured.", ">", *lines]


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each page that can have a note, and its text with the present one."""
    for name in OF_PAGES:
        page = DOCS / f"{name}.md"
        yield page, filled(page.read_text(encoding="utf-8"), NAME, note(name))


def _digests(result: Any, processes: Collection[str], label: str | None = None) -> Iterator[tuple[str, str, str]]:
    """Yield each process or variant of a result, with its process and the digest of its seed."""
    for key, value in result.items() if isinstance(result, dict) else ():
        if key == "seed_digests":
            yield from ((process, process, digest) for process, digest in value.items())
        elif key == "seed_digest" and label is not None:
            yield label, result.get("process", label), value
        else:
            is_labelled = key in processes or (isinstance(value, dict) and "process" in value)
            yield from _digests(value, processes, key if is_labelled else label)


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
