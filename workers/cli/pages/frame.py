"""The frame of every page: style and script inside, and a policy that lets nothing else run or load."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources

Cell = tuple[str, str]
"""Class and HTML of a cell of a table."""


def document(title: str, body: Iterable[str], *, script: bool = True) -> str:
    """A whole page. `body` is HTML already; the title is text."""
    style, arcs = _asset("style.css"), _asset("arcs.js") if script else ""
    allowed = f"; script-src '{_hash(arcs)}'" if script else ""
    policy = f"default-src 'none'; style-src '{_hash(style)}'{allowed}; base-uri 'none'; form-action 'none'"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            *body,
            f"<script>{arcs}</script></body></html>" if script else "</body></html>",
        ]
    )


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], *, cards: bool = True) -> str:
    """A titled table; on a narrow page each row of `cards` is a card. Nothing where there is no row."""
    if not rows:
        return ""
    titles = "".join(f'<th scope="col" role="columnheader">{escape(title)}</th>' for title in head)
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell" class="{kind}"{_label(title, kind)}>{html}</td>'
            for (kind, html), title in zip(row, head, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    # Shown as blocks, rows and cells would lose their roles.
    kind = "cards" if cards else "plain"
    # What scrolls sideways must be within reach of the keyboard.
    reach = "" if cards else f' tabindex="0" role="region" aria-label="{escape(caption)}"'
    return (
        f'<h3>{escape(caption)}</h3><div class="scroll"{reach}><table role="table" class="{kind}" aria-label="{escape(caption)}">'
        f'<thead role="rowgroup"><tr role="row">{titles}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _label(title: str, kind: str) -> str:
    return "" if kind == "head" or not title else f' data-label="{escape(title)}"'


def _asset(name: str) -> str:
    return resources.files("workers.cli.pages").joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
