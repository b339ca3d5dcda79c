"""Which rights the broker grants us, and who else is in the group; asked by the preflight and by `doctor`.

The least that suffices: READ and DESCRIBE on the input topic, WRITE and DESCRIBE on the output and dead letter topics,
READ on the group.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AclOperation, AdminClient  # type: ignore[attr-defined]

from workers.settings import Settings

# How Faust assigns partitions without standby tables; a group has one way.
_ASSIGNOR = "roundrobin"


def topics_and_rights(settings: Settings) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each topic with the rights that we need on it."""
    yield settings.input_topic, (AclOperation.READ, AclOperation.DESCRIBE)
    yield settings.output_topic, (AclOperation.WRITE, AclOperation.DESCRIBE)
    yield settings.deadletter_topic, (AclOperation.WRITE, AclOperation.DESCRIBE)


def missing_on_topic(admin: AdminClient, topic: str, needed: tuple[Any, ...], seconds: float) -> list[str] | None:
    """Names of the rights that we lack on a topic; None where the broker does not say.

    Raises KafkaException where it cannot be asked.
    """
    futures = admin.describe_topics(
        TopicCollection([topic]), include_authorized_operations=True, request_timeout=seconds
    )
    granted = futures[topic].result().authorized_operations
    return [right.name for right in needed if right not in granted] if granted else None


def group_problem(admin: AdminClient, group: str, seconds: float) -> tuple[str, str] | None:
    """Why we cannot be a member of the group and what to do; None where we can, or where the broker does not say.

    Raises KafkaException where it cannot be asked.
    """
    futures = admin.describe_consumer_groups([group], include_authorized_operations=True, request_timeout=seconds)
    try:
        found = futures[group].result()
    except KafkaException as error:
        if error.args[0].name() == "GROUP_AUTHORIZATION_FAILED":
            return "without the right to READ", "grant READ on the group"
        raise
    granted = found.authorized_operations
    if granted and AclOperation.READ not in granted:
        return "without the right to READ", "grant READ on the group"
    if found.members and found.partition_assignor not in ("", _ASSIGNOR):
        return (
            f"its members share partitions by {found.partition_assignor}, we by {_ASSIGNOR}",
            "stop them, or set another group_id",
        )
    return None


def members(admin: AdminClient, group: str, seconds: float) -> int:
    """How many members the group has now. Raises KafkaException."""
    futures = admin.describe_consumer_groups([group], request_timeout=seconds)
    return len(futures[group].result().members)
