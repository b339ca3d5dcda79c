"""The journal remembers what was in a shard when a worker died."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workers.journal import Journal, JournalError, Place

ROOT = Path(__file__).parents[2]
PLACE = ("health.notes", 3, 41)
OTHER = ("health.notes", 3, 42)


def attempts(folder: Path, place: Place) -> int:
    """What the next worker reads."""
    journal = Journal(folder, "g")
    journal.close()
    return journal.attempts(place)


def test_a_death_counts_for_what_was_open_and_not_for_what_was_done(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "g")
    journal.begin(PLACE)
    journal.begin(OTHER)
    journal.end(OTHER)
    journal.close()
    assert (attempts(tmp_path, PLACE), attempts(tmp_path, OTHER)) == (1, 0)
    again = Journal(tmp_path, "g")
    again.begin(PLACE)
    again.close()
    assert attempts(tmp_path, PLACE) == 2


def test_an_orderly_end_counts_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "g")
    journal.begin(PLACE)
    journal.abandon()
    journal.close()
    assert attempts(tmp_path, PLACE) == 0


def test_what_others_have_read_meanwhile_is_no_longer_suspect(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "g")
    journal.begin(PLACE)
    journal.begin(OTHER)
    journal.close()
    again = Journal(tmp_path, "g")
    again.forget("health.notes", 3, OTHER[2])
    again.forget("health.notes", 2, 1000)
    again.close()
    assert (attempts(tmp_path, PLACE), attempts(tmp_path, OTHER)) == (0, 1)


def test_a_disk_that_is_full_stops_no_note(tmp_path: Path) -> None:
    """D-6.4."""
    program = (
        "import resource, sys, pathlib\n"
        "from workers.journal import Journal\n"
        "journal = Journal(pathlib.Path(sys.argv[1]), 'g')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "for offset in range(1000):\n"
        "    journal.begin(('t', 0, offset))\n"
        "    journal.end(('t', 0, offset))\n"
        "journal.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "journal cannot be written" in done.stdout + done.stderr
    assert list(tmp_path.glob("*.journal")) == [], "an old journal would accuse notes that are done"


def test_a_half_written_line_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "g")
    journal.begin(PLACE)
    journal.close()
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + b"+ health.no")
    assert attempts(tmp_path, PLACE) == 1


def test_the_file_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.journal._COMPACT_LINES", 100)
    journal = Journal(tmp_path, "g")
    journal.begin(PLACE)
    for offset in range(1000):
        journal.begin(("t", 0, offset))
        journal.end(("t", 0, offset))
    journal.close()
    (file,) = tmp_path.iterdir()
    assert len(file.read_bytes().splitlines()) <= 101
    assert attempts(tmp_path, PLACE) == 1


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(JournalError, match=r"state_dir .* name a folder to write in"):
        Journal(tmp_path / "file" / "folder", "g")
