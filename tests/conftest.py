"""Hypothesis on a shared, slow machine, and which tests share a process where several run them."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("anamnesis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anamnesis")

_STREAM = "stream"
# Each takes as long as all other files on brokers together, and is worth brokers of its own.
_LONGEST = ("test_chaos.py", "test_flow.py")


def _group(item: pytest.Item) -> str:
    if _STREAM not in item.path.parts:
        return str(item.path)
    return f"{_STREAM} {item.path.name}" if item.path.name in _LONGEST else _STREAM


# First: xdist writes the groups that it finds into the names of the tests, and takes no later ones.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests share what they load; tests on brokers share these, wait much, and so begin first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: not _group(item).startswith(_STREAM))
