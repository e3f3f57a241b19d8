"""What the terminal shows of a closed-loop trial."""

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table

from training.quality import trial
from training.quality.trial import QualityTrial
from training.trial import Trial


def told(found: Trial | QualityTrial) -> Iterator[RenderableType]:
    """What became of the lots, and what was lost against an oracle."""
    return trial.told(found) if isinstance(found, QualityTrial) else _sorted(found)


def _sorted(found: Trial) -> Iterator[RenderableType]:
    """Bins as they landed, and what was lost by cause."""
    yield (
        f"{found.process}: version {found.version} on {found.lots} lots of a plant that it has never seen: "
        f"{found.pieces} pieces, {found.tonnes:.3g} t"
    )
    yield _bins(found)
    yield (
        f"Shares by mass, as landed. Right class: {found.accuracy:.1%}. Lots over a limit: {found.over_limit} of "
        f"{found.lots} ({found.over_limit / found.lots:.1%}, promised at most {1 - found.confidence:.1%})."
    )
    yield _lost(found)
    yield (
        f"{found.value_share:.1%} of the oracle's value ({found.value_share_low:.1%} to {found.value_share_high:.1%}, "
        f"90 % over lots); the oracle's own decisions on the same belt: {found.ejected_oracle:.1f} $/t.\n"
        "A simulation at the seed's prices: no claim about a plant."
    )


def _bins(found: Trial) -> Table:
    table = Table("bin", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("share", "purity", "recovery"):
        table.add_column(name, justify="right")
    for name, figures in found.bins.items():
        cells = [f"{figures[part]:.1%}" if part in figures else "-" for part in ("share", "purity", "recovery")]
        table.add_row(name, *cells)
    return table


def _lost(found: Trial) -> Table:
    table = Table("value of the feed", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("$/t", justify="right")
    table.add_row("oracle that knows every piece's class", f"{found.oracle:.1f}")
    for cause, amount in found.lost.items():
        table.add_row(f"  {cause}", f"{-amount:+.1f}")
    table.add_row("as landed", f"{found.value:.1f}", style="bold")
    return table
