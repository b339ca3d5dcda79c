"""Profiles: a shipped one by name, a spaCy config, a folder, or an installed spaCy package."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

import spacy
from confection import ConfigValidationError
from spacy import util
from spacy.language import Language
from spacy.tokens import Doc

from pipeline import extensions, samples
from pipeline.fingerprint import pipeline_digest, weights
from pipeline.text.french_language import import_french
from schemas.version import VERSION

PROFILES = Path(__file__).parent / "profiles"
PREFIX = "anamnesis_"

# spaCy factories that find entities; what they found carries the name of their package as its source.
_RECOGNISERS = frozenset({"ner", "beam_ner", "entity_ruler", "span_ruler", "future_entity_ruler"})
_OWN_RECOGNISERS = ("anamnesis_medications", "anamnesis_matcher")

extensions.value(spacy.tokens.Span, "source", "given")
extensions.value(spacy.tokens.Span, "score")
extensions.value(spacy.tokens.Span, "codes")
extensions.value(Doc, "note_datetime")
extensions.value(Doc, "birth_datetime")
extensions.value(Doc, "warning_data")


class ProfileError(ValueError):
    """A profile cannot be loaded: the message says what was looked for and what to do."""


class ModelSource:
    """Names the model as the source of the entities that it found.

    Entities keep a source that they have; `source` is the name of the package.
    """

    def __init__(self, source: str) -> None:
        self.source = source

    def __call__(self, doc: Doc) -> Doc:
        """Write `span._.source` of each entity that has none yet."""
        for entity in doc.ents:
            if entity._.source == "given":
                entity._.source = self.source
        return doc


@Language.factory("anamnesis_source", default_config={"source": "model"})
def make_model_source(nlp: Language, name: str, source: str) -> ModelSource:
    """Factory of ModelSource."""
    return ModelSource(source)


def shipped() -> list[str]:
    """The names of the profiles that come with the package."""
    return sorted(path.stem for path in PROFILES.glob("*.cfg"))


def load(
    profile: str | Path,
    *,
    entities: Literal["recognise", "given"] = "recognise",
    overrides: Mapping[str, Any] | None = None,
) -> Language:
    """Load a profile as a spaCy pipeline, checked with one empty Doc.

    Args:
        profile: "en" or "fr", the path of a spaCy config, a folder that spaCy saved, or an installed spaCy package. A
            package without components of ours keeps its tokenizer and its recogniser; ours for its language are added.
        entities: "given" leaves out what finds entities: they come in `doc.ents` before the pipeline runs.
        overrides: settings by dotted name, such as {"components.anamnesis_history.history_limit": 30}.

    The first call in a process ends with `gc.freeze()`.

    Raises:
        ProfileError: the profile does not exist, or its settings are wrong or cannot take effect.
    """
    if entities not in ("recognise", "given"):
        raise ProfileError(f'entities is "recognise" or "given", not {entities!r}')
    name = str(profile)
    try:
        nlp = _read(name, dict(overrides or {}))
    except ConfigValidationError as error:
        details = "; ".join(f"{' -> '.join(map(str, e.get('loc', ())))} {e.get('msg', '')}" for e in error.errors or ())
        raise ProfileError(f"profile {name!r}: {details or error.desc or 'invalid config'}") from error
    if entities == "given":
        _leave_out_recognisers(nlp)
    else:
        _name_model_source(nlp)
    nlp.meta["anamnesis"] = {"profile": Path(name).stem if name.endswith(".cfg") else Path(name).name}
    try:
        nlp("")
        nlp(".")
    except ValueError as error:
        raise ProfileError(f"profile {name!r}: {error}") from error
    identify(nlp)
    _set_aside()
    return nlp


@cache
def _set_aside() -> None:
    """Take what is loaded first out of the collector's sight, once in a process.

    Else each full collection during a long text goes over the hundred thousand objects of the profile that stay anyhow, and time
    grows faster than the text. Whoever wants the first pipeline collected calls `gc.unfreeze()`.
    """
    gc.collect()
    gc.freeze()


def identify(nlp: Language) -> dict[str, Any]:
    """What the pipeline is: `profile`, `digest`, `components` and `models`; computed again when components change."""
    names = list(nlp.pipe_names)
    known = _identities.get(nlp)
    if known is None or known[0] != names:
        known = _identities[nlp] = names, _identity(nlp)
    return known[1]


# Each note asks, and `nlp.meta` is made anew at each look.
_identities: WeakKeyDictionary[Language, tuple[list[str], dict[str, Any]]] = WeakKeyDictionary()


def _identity(nlp: Language) -> dict[str, Any]:
    version = str(nlp.meta.get("version"))
    hashes = weights(nlp)
    return {
        "profile": nlp.meta.get("anamnesis", {}).get("profile") or nlp.meta.get("name") or nlp.lang,
        "digest": pipeline_digest(nlp, hashes),
        "components": [
            {"name": name, "version": VERSION if factory.startswith(PREFIX) else version}
            for name, factory in _factories(nlp).items()
        ],
        "models": [{"name": name, "version": version, "sha256": sha} for name, sha in hashes.items()],
    }


def warm_up(nlp: Language) -> None:
    """Run the language's sample notes, so that the words of clinical text are known before any memory zone opens."""
    for note in samples.load(nlp.lang) if nlp.lang in samples.LANGUAGES else []:
        nlp(note["text"])


def _read(name: str, overrides: dict[str, Any]) -> Language:
    if name in shipped():
        return _from_config(PROFILES / f"{name}.cfg", overrides)
    path = Path(name)
    if path.is_file():
        return _from_config(path, overrides)
    if not path.is_dir() and not util.is_package(name):
        raise ProfileError(
            f"no profile {name!r}: it is neither shipped ({', '.join(shipped())}) nor a spaCy config, a folder or an "
            f"installed spaCy package"
        )
    nlp = spacy.load(name, config=overrides)
    if not any(pipe.startswith(PREFIX) for pipe in _factories(nlp).values()):
        _append_profile(nlp, name)
    return nlp


def _from_config(path: Path, overrides: dict[str, Any]) -> Language:
    try:
        config = util.load_config(path, overrides=overrides)
        if config.get("nlp", {}).get("lang") == "fr":
            import_french()
        nlp = util.load_model_from_config(config, auto_fill=True)
    except ConfigValidationError:
        raise
    except (ValueError, KeyError) as error:
        raise ProfileError(f"profile {str(path)!r}: {error}") from error
    return nlp


def _append_profile(nlp: Language, name: str) -> None:
    """Add the components of the language's profile behind those of a package that has none of ours."""
    if nlp.lang not in shipped():
        raise ProfileError(
            f"the package {name!r} speaks {nlp.lang!r}, for which there is no profile ({', '.join(shipped())}); "
            f"write a config that names its components"
        )
    config = util.load_config(PROFILES / f"{nlp.lang}.cfg")
    recognises = any(factory in _RECOGNISERS for factory in _factories(nlp).values())
    for pipe in config["nlp"]["pipeline"]:
        if pipe == "anamnesis_medications" and recognises:
            continue
        settings = dict(config["components"][pipe])
        nlp.add_pipe(settings.pop("factory"), name=pipe, config=settings)


def _leave_out_recognisers(nlp: Language) -> None:
    for pipe, factory in _factories(nlp).items():
        if factory in _RECOGNISERS or factory in _OWN_RECOGNISERS:
            nlp.remove_pipe(pipe)


def _name_model_source(nlp: Language) -> None:
    factories = _factories(nlp)
    recognisers = [pipe for pipe, factory in factories.items() if factory in _RECOGNISERS]
    if recognisers and "anamnesis_source" not in factories.values():
        source = f"{nlp.lang}_{nlp.meta.get('name') or 'model'}"
        nlp.add_pipe("anamnesis_source", after=recognisers[-1], config={"source": source})


def _factories(nlp: Language) -> dict[str, str]:
    """The factory of each component that is switched on, by its name."""
    return {name: nlp.get_pipe_meta(name).factory for name in nlp.pipe_names}
