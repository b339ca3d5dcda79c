"""The spaCy extensions of every component, registered in one place.

Values are plain data (numbers, strings, lists and dicts of them) in `Doc.user_data`, so that `to_bytes`, DocBin,
pickle and `nlp.pipe(n_process=2)` keep them; Spans, typed dates, links and records are getters over that data.
An extension that another library registered before (edsnlp in the same notebook) is used where it holds a plain
value as ours does; otherwise an error names it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spacy.tokens import Doc, Span, Token

QUALIFIERS = ("history", "negation", "family", "hypothesis", "allergy")

_Owner = type[Doc] | type[Span] | type[Token]
_ours: set[tuple[str, str]] = set()


class ExtensionConflictError(ValueError):
    """Another library has registered an extension of the same name that works in another way."""


def value(owner: _Owner, name: str, default: Any = None) -> None:
    """Register a plain-data extension `owner._.name`; does nothing where it is registered already.

    Raises ExtensionConflictError where the name belongs to a computed extension of another library.
    """
    key = (owner.__name__, name)
    if owner.has_extension(name):
        _, method, getter, _ = owner.get_extension(name)
        if key not in _ours and (method is not None or getter is not None):
            raise _conflict(owner, name)
        return
    owner.set_extension(name, default=default)
    _ours.add(key)


def write(doc: Doc, name: str, span: Span, content: Any) -> None:
    """`span._.<name> = content` for a plain extension, without the object that spaCy makes for each `span._`."""
    write_at(doc, name, span.start_char, span.end_char, content)


def write_at(doc: Doc, name: str, start_char: int, end_char: int, content: Any) -> None:
    """`write` for a span whose bounds are at hand."""
    store: dict[Any, Any] = doc.user_data
    store["._.", name, start_char, end_char] = content


def write_two(span: Span, name: str, content: Any, other: str, more: Any) -> None:
    """`write` two extensions of a span; the second one only where there is something now or was something before."""
    store: dict[Any, Any] = span.doc.user_data
    start, end = span.start_char, span.end_char
    store["._.", name, start, end] = content
    key = ("._.", other, start, end)
    if more or store.get(key):
        store[key] = more


def stored_of_doc(doc: Doc, name: str) -> Any:
    """`doc._.<name>` for a plain extension, without the object that spaCy makes for it."""
    default: Any = Doc.get_extension(name)[0]
    store: dict[Any, Any] = doc.user_data
    return store.get(("._.", name, None, None), default)


def of_span(span: Span, name: str) -> Any:
    """`span._.<name>` of any extension that exists, without the object that spaCy makes for it where it is plain."""
    default, method, getter, _ = Span.get_extension(name)
    if method is not None or getter is not None:
        return getattr(span._, name)
    store: dict[Any, Any] = span.doc.user_data
    return store.get(("._.", name, span.start_char, span.end_char), default)


def stored(doc: Doc, name: str, span: Span) -> Any:
    """What has been written to a plain extension of a span; None where nothing was."""
    return stored_at(doc, name, (span.start_char, span.end_char))


def stored_at(doc: Doc, name: str, bounds: tuple[int, int]) -> Any:
    """The same for the span between two character offsets."""
    store: dict[Any, Any] = doc.user_data
    return store.get(("._.", name, *bounds))


def several_at(doc: Doc, names: tuple[str, ...], bounds: tuple[int, int]) -> list[Any]:
    """The same for several names."""
    store: dict[Any, Any] = doc.user_data
    start, end = bounds
    return [store.get(("._.", name, start, end)) for name in names]


def write_of_doc(doc: Doc, name: str, content: Any) -> None:
    """`doc._.<name> = content` for a plain extension, without the object that spaCy makes for each `doc._`."""
    store: dict[Any, Any] = doc.user_data
    store["._.", name, None, None] = content


def computed(owner: _Owner, name: str, getter: Callable[[Any], Any]) -> None:
    """Register a getter `owner._.name` over plain data; our own older registration is replaced.

    Raises ExtensionConflictError where another library has registered the name.
    """
    key = (owner.__name__, name)
    if owner.has_extension(name) and key not in _ours:
        raise _conflict(owner, name)
    owner.set_extension(name, getter=getter, force=True)
    _ours.add(key)


def _conflict(owner: _Owner, name: str) -> ExtensionConflictError:
    return ExtensionConflictError(
        f"the extension {owner.__name__}._.{name} belongs to another library and works in another way; "
        f"import pipeline first, or remove it with {owner.__name__}.remove_extension({name!r})"
    )
