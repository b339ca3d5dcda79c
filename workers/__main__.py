"""`python -m workers` is `anamnesis`."""

from workers.cli import main

main()
