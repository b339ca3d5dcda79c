"""What `doctor` asks Kafka: does it answer, are the topics there, may we use them, are unread notes still there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, ClusterMetadata  # type: ignore[attr-defined]

from workers import rights, unreadable
from workers.cli.findings import Finding
from workers.cli.kafka import BROKER_SECONDS, client_config, unreachable
from workers.settings import Settings


def broker_findings(settings: Settings) -> Iterator[Finding]:
    """Everything about the broker; a broker that does not answer ends it."""
    admin = AdminClient(client_config(settings))
    try:
        cluster = admin.list_topics(timeout=BROKER_SECONDS)
    except KafkaException as error:
        yield Finding("error", "broker", str(unreachable(settings, error)), "start Kafka, or set bootstrap_servers")
        return
    yield Finding("ok", "broker", f"{settings.bootstrap_servers}, {len(cluster.brokers)} in the cluster")
    for topic, needed in rights.topics_and_rights(settings):
        yield from _topic(admin, cluster, topic, needed)
    yield from _group(admin, settings)
    if settings.input_topic in cluster.topics:
        yield from _unread(settings, sorted(cluster.topics[settings.input_topic].partitions))


def _topic(admin: AdminClient, cluster: ClusterMetadata, topic: str, needed: tuple[Any, ...]) -> Iterator[Finding]:
    subject = f"topic {topic}"
    names = " and ".join(right.name for right in needed)
    if topic not in cluster.topics:
        advice = f"create it, or grant DESCRIBE: kafka-topics.sh --create --topic {topic} --partitions 12"
        yield Finding("error", subject, "it does not exist, or may not be seen", advice)
        return
    partitions = len(cluster.topics[topic].partitions)
    try:
        missing = rights.missing_on_topic(admin, topic, needed, BROKER_SECONDS)
    except KafkaException as error:
        yield Finding("warning", subject, f"{partitions} partitions; rights unknown ({error.args[0].str()})")
        return
    if missing:
        advice = f"grant {names} on the topic to our user"
        yield Finding("error", subject, f"{partitions} partitions, without the right to {', '.join(missing)}", advice)
    else:
        known = names if missing is not None else "rights unknown: the broker does not say"
        yield Finding("ok", subject, f"{partitions} partitions, {known}")


def _group(admin: AdminClient, settings: Settings) -> Iterator[Finding]:
    subject = f"group {settings.group_id}"
    try:
        problem = rights.group_problem(admin, settings.group_id, BROKER_SECONDS)
        members = rights.members(admin, settings.group_id, BROKER_SECONDS)
    except KafkaException as error:
        advice = "grant READ on the group"
        yield Finding("warning", subject, f"it cannot be described ({error.args[0].str()})", advice)
        return
    if problem is not None:
        yield Finding("error", subject, *problem)
    else:
        yield Finding("ok", subject, f"{members} member{'' if members == 1 else 's'} now")


def _unread(settings: Settings, partitions: list[int]) -> Iterator[Finding]:
    """Notes that the broker dropped before they were read: their offsets, as nobody else will name them."""
    config = client_config(settings)
    consumer = Consumer(config | {"group.id": settings.group_id, "enable.auto.commit": False})
    seconds = max(1.0, unreadable.LOOK_SECONDS / len(partitions))
    try:
        places = [TopicPartition(settings.input_topic, partition) for partition in partitions]
        for place in consumer.committed(places, timeout=BROKER_SECONDS):
            low, high = consumer.get_watermark_offsets(place, timeout=BROKER_SECONDS)
            subject = f"partition {place.topic}:{place.partition}"
            if place.offset != OFFSET_INVALID and place.offset < low:
                advice = "they were deleted before they were read: send them again, and keep records for longer"
                yield Finding("warning", subject, f"offsets {place.offset} to {low - 1} are gone", advice)
            elif place.offset != OFFSET_INVALID and place.offset > high:
                advice = "the topic was made anew: reset the offsets of the group"
                yield Finding("error", subject, f"committed offset {place.offset} lies behind the end {high}", advice)
            for bad in unreadable.find(config, place.topic, place.partition, max(low, place.offset), seconds=seconds):
                advice = f"stop the workers, then: anamnesis offsets skip {bad.partition}:{bad.last + 1}"
                yield Finding("error", subject, f"offsets {bad.first} to {bad.last} cannot be read", advice)
    except KafkaException as error:
        yield Finding("warning", "offsets", f"they cannot be read ({error.args[0].str()})")
    finally:
        consumer.close()
