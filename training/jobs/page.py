"""Diagnostic page of a candidate: one HTML page of plots that needs no network."""

import html

from reporting.style import CONFIG, STYLE
from training.core.dataset import Dataset
from training.core.fitting import AnyCandidate
from training.core.splits import Split
from training.tasks import task_of


def page(candidate: AnyCandidate, data: Dataset, parts: Split) -> str:
    """All figures of one candidate as one HTML page that holds plotly.js itself.

    Parameters
    ----------
    candidate : Candidate
        What was fitted and measured.
    data : Dataset
        Labelled rows.
    parts : Split
        Training and evaluation rows.

    Returns
    -------
    str
        The page; nothing in it is fetched from anywhere.
    """
    task = task_of(data.seed)
    blocks: list[str] = []
    drawn = 0
    for picture in task.card.pictures:
        if not picture.applies(data):
            continue
        figure = picture.draw(candidate, data, parts)
        if figure is None:
            if picture.absent:
                blocks.append(_block(picture.heading, picture.absent))
            continue
        body = figure.to_html(full_html=False, include_plotlyjs=not drawn, config=CONFIG, div_id=picture.draw.__name__)
        blocks.append(_block(picture.heading, picture.caption) + body)
        drawn += 1
    title = html.escape(f"{candidate.name}: {data.seed.process.title}")
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return (
        f'<!doctype html><html lang="en"><head>{head}</head>'
        f"<body><h1>{title}</h1><p>{html.escape(task.card.subject(data, parts))}</p>{''.join(blocks)}</body></html>"
    )


def _block(heading: str, caption: str) -> str:
    return f"<h2>{html.escape(heading)}</h2><p>{html.escape(caption)}</p>"
