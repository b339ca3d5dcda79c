"""A note that kills workers is found by the group, whoever reads it, in as many deaths as are allowed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workers.attempts import CLOSED, GROUP, OPEN, Attempts, Suspects, Suspicion, read

PARTITION = ("t", 0)
WINDOW = 200


def life(metadata: str | None, committed: int, killer: int, end: int, behind: int) -> tuple[str, int, list[int], int]:
    """One worker from its start to its death at `killer`, reading as the flow does.

    Returns the metadata and the offset that the broker has then, the notes rejected, and where it was (`end`: alive).
    `behind`: how far its commits lag.
    """
    attempts = Attempts(WINDOW)
    attempts.take_over(PARTITION, committed, metadata)
    stored, rejected = attempts.metadata(PARTITION, committed), []
    for offset in range(committed, end):
        deaths = attempts.deaths(PARTITION, offset)
        alone = deaths >= 2
        if deaths and (alone or not attempts.is_running(PARTITION, offset)):
            committed = offset  # everything before a named range is done and committed with its name
            attempts.run(PARTITION, offset, offset + (1 if alone else GROUP))
            stored = attempts.metadata(PARTITION, committed)
        if deaths >= 3:
            rejected.append(offset)
        elif offset == killer:
            return stored, committed, rejected, offset
        elif not deaths and offset - behind > committed:
            committed = offset - behind
            stored = attempts.metadata(PARTITION, committed)
    return stored, committed, rejected, end


@given(killer=st.integers(0, 900), behind=st.integers(0, WINDOW // 2))
def test_one_rejection_after_three_deaths_whoever_reads(killer: int, behind: int) -> None:
    """D-6.1, D-6.2: each life is another worker, which knows only what the broker has."""
    metadata, committed, deaths, rejected = None, 0, 0, []
    while True:
        metadata, committed, found, at = life(metadata, committed, killer, 1000, behind)
        rejected += found
        if at == 1000:
            break
        deaths += 1
        assert deaths <= 3
    assert (deaths, rejected) == (3, [killer])


def test_an_orderly_end_leaves_no_suspicion() -> None:
    attempts = Attempts(WINDOW)
    attempts.take_over(PARTITION, 10, None)
    assert attempts.metadata(PARTITION, 10) == OPEN
    assert attempts.give_up() == {PARTITION: 10}
    assert attempts.metadata(PARTITION, 10) == CLOSED
    assert read(CLOSED, 10, WINDOW) == Suspicion()
    assert read("written by something else", 10, WINDOW) == Suspicion()


def test_suspects_stay_suspects_when_an_innocent_owner_leaves_in_order() -> None:
    """D-6.2: the group is in motion after a death, and the first owner may leave before it has read them."""
    attempts = Attempts(WINDOW)
    attempts.take_over(PARTITION, 10, OPEN)
    attempts.run(PARTITION, 10, 10 + GROUP)
    attempts.give_up()
    left = attempts.metadata(PARTITION, 20)
    assert left == f"{CLOSED} 10-{10 + WINDOW}:1"
    assert [read(left, 20, WINDOW).deaths(offset) for offset in (20, 9 + WINDOW, 10 + WINDOW)] == [1, 1, 0]


def test_a_death_without_a_name_suspects_the_window_and_what_is_done_is_cleared() -> None:
    suspicion = read(OPEN, 100, WINDOW)
    assert [suspicion.deaths(offset) for offset in (99, 100, 299, 300)] == [0, 1, 1, 0]
    assert suspicion.passed(300) == Suspicion()


@given(
    st.lists(st.tuples(st.integers(0, 10**12), st.integers(1, 5000), st.integers(1, 9)), max_size=80),
    st.integers(0, 10**12),
)
def test_metadata_is_read_back_and_fits(ranges: list[tuple[int, int, int]], start: int) -> None:
    known = Suspicion(tuple(Suspects(at, at + size, deaths) for at, size, deaths in ranges), (start, start + 1))
    assert len(str(known).encode()) < 4096
    again = read(str(known), 0, WINDOW)
    assert again.deaths(start) == max((each.deaths for each in known.ranges[-64:] if start in each), default=0) + 1
