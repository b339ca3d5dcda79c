"""Hypothesis on a shared, slow machine, and which tests share a process where several run them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.forks import Forks

settings.register_profile("anamnesis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anamnesis")

# Files of one group share their brokers. These tests wait much, and so begin first.
_GROUPS = {
    "tests/stream/test_flow.py": "flow",
    "tests/stream/test_faust_command.py": "flow",
    "tests/cli/test_kafka_commands.py": "flow",
    "tests/cli/test_offsets.py": "flow",
    "tests/stream": "stream",
}


@pytest.fixture(scope="session")
def command_line() -> Iterator[Forks]:
    """Processes that have the command line in memory."""
    with Forks("workers.cli", "workers.cli.lines_of_notes") as forks:
        yield forks


def _group(nodeid: str) -> str:
    path = nodeid.split("::")[0]
    return _GROUPS.get(path) or _GROUPS.get(path.rpartition("/")[0]) or path


class _ByGroup(LoadScopeScheduling):
    """A group's tests run in one process, which loads for them once; else a group is a file."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


# Not by marks (`--dist loadgroup`): xdist 3.8 writes these into names of tests that pytest 9.2 no longer takes.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Whichever way of sharing the command line names."""
    config.option.loadscopereorder = False
    return _ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on brokers first, those of a group together."""
    order = list(dict.fromkeys(_GROUPS.values()))
    items.sort(key=lambda item: order.index(group) if (group := _group(item.nodeid)) in order else len(order))
