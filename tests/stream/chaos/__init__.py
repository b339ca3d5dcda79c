"""Fault runs: a stream of notes, one fault in it again and again by seed, and the verifier's verdict.

    python -m tests.stream.chaos --minutes 10 --seed 1
    python -m tests.stream.chaos --only worker_kill,broker_kill --notes 5000 --seeds 1,2,3

Each run appends a line to tests/stream/results.jsonl; the table in workers/DELIVERY.md is made from it.
"""
