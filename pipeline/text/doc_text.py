"""What every component reads of a Doc, made once: its text, the text folded, and the offsets of its tokens.

The reading is kept as long as the Doc lives and no longer: nothing of a text is remembered between notes. It is no part
of the Doc, and so of no pickle, `to_bytes` or DocBin.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from spacy.attrs import IDX, LENGTH
from spacy.tokens import Doc

from pipeline.text.folding import FoldedText
from pipeline.text.phrase_scan import Collapsed
from pipeline.text.spans import Offsets


class DocText:
    """The text of a Doc; get it with `DocText.of(doc)`.

    Attributes:
        text: as received.
    """

    __slots__ = ("__weakref__", "_collapsed", "_columns", "_folded", "_offsets", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded: FoldedText | None = None
        self._collapsed: Collapsed | None = None
        self._columns = b""
        self._offsets: Offsets | None = None

    @classmethod
    def of(cls, doc: Doc) -> DocText:
        """The reading of a Doc, made at the first call. The text of a Doc never changes, unless it is still empty."""
        kept = _kept.get(doc)
        return kept if kept is not None and kept.text else cls.remember(doc, doc.text)

    @classmethod
    def remember(cls, doc: Doc, text: str) -> DocText:
        """Take `text` as that of the Doc, which it must be: spares the tokenizer's caller putting it together again."""
        made = _kept[doc] = cls(text)
        return made

    @property
    def folded(self) -> FoldedText:
        """The text folded."""
        if self._folded is None:
            self._folded = FoldedText.of(self.text)
        return self._folded

    @property
    def collapsed(self) -> Collapsed:
        """The folded text with its blanks collapsed, in which phrases are looked for."""
        if self._collapsed is None:
            self._collapsed = Collapsed(self.folded.folded)
        return self._collapsed

    def offsets(self, doc: Doc) -> Offsets:
        """The offsets of the tokens of the Doc, which another component may have merged or split."""
        # Merging and splitting change where tokens begin, for the text stays.
        begins: Any = doc.to_array(IDX)
        columns = begins.tobytes()
        if self._offsets is None or self._columns != columns:
            self._columns = columns
            self._offsets = Offsets(begins.tolist(), (begins + doc.to_array(LENGTH)).tolist())
        return self._offsets


_kept: WeakKeyDictionary[Doc, DocText] = WeakKeyDictionary()
