"""Loaded once by the forkserver: shards are forked from it with their profiles in memory, in milliseconds.

An error here is kept: Python's forkserver would swallow it, so each shard asks for its processor and gets the error
then.
"""

from __future__ import annotations

import base64
import gc
import os
import pickle

import pipeline
from workers.processing import Processor
from workers.records import ProcessingOptions
from workers.shard_process import OPTIONS_VARIABLE

_OBJECTS_BETWEEN_COLLECTIONS = 10_000

_processor: Processor | None = None


def processor_for(options: ProcessingOptions) -> Processor:
    """The warmed processor of the forkserver, or a new one where it has none for these options.

    Raises pipeline.ProfileError.
    """
    if _processor is not None and _processor.options == options:
        return _processor
    return _warmed(options)


def _warmed(options: ProcessingOptions) -> Processor:
    processor = Processor(options)
    processor.warm_up()
    # What is loaded stays: out of the collector's sight it is shared by all shards, and collections stay short.
    gc.collect()
    gc.freeze()
    # A note makes thousands of objects and next to no cycle: looking for these less often saves a fortieth of the time.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    return processor


def _load() -> None:
    global _processor
    announced = os.environ.pop(OPTIONS_VARIABLE, None)
    if announced is None:
        return
    options = pickle.loads(base64.b64decode(announced))  # noqa: S301 (written by our own parent process)
    try:
        _processor = _warmed(options)
    except pipeline.ProfileError:
        _processor = None  # the shard loads again and tells the error


_load()
