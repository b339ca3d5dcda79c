"""All faults by name, in the order of the rotation."""

from __future__ import annotations

from tests.stream.chaos import faults_of_brokers as brokers
from tests.stream.chaos import faults_of_machine as machine
from tests.stream.chaos import faults_of_members as members
from tests.stream.chaos import faults_of_topics as topics
from tests.stream.chaos.fault import Fault

FAULTS: dict[str, type[Fault]] = {
    fault.name: fault
    for fault in (
        members.WorkerKill,
        members.ShardKill,
        brokers.BrokerKill,
        members.Poison,
        members.WorkerTerm,
        members.ShardStop,
        members.WorkerFreeze,
        members.ShortFreeze,
        members.MembersToggle,
        members.KillerNote,
        members.SlowPipeline,
        members.DebugSignals,
        brokers.BrokerPause,
        brokers.RollingRestart,
        brokers.TwoBrokersGone,
        topics.OutputTooLarge,
        topics.OutputForbidden,
        topics.InputForbidden,
        topics.DeadLetterForbidden,
        topics.OutputDeleted,
        topics.TopicsLate,
        topics.RightsLate,
        topics.Compressions,
        topics.Transactions,
        topics.Retention,
        topics.Compaction,
        topics.CorruptBatch,
        machine.NoRoom,
        machine.ClockSteps,
        machine.TwoVersions,
    )
}
