"""The one door to ClickHouse: what happened is appended here, and questions are asked.

The same calls and the same SQL serve the log embedded in this process (chDB) and a ClickHouse server.
"""

from jejak.eventlog.appending import BadRows, append
from jejak.eventlog.asking import Answer, ask, ask_blocks
from jejak.eventlog.connection import close, open
from jejak.eventlog.faults import Away, BadQuestion, HeldElsewhere, TooExpensive
from jejak.eventlog.forgetting import forget, forget_sample
from jejak.eventlog.merging import join_people, split_people
from jejak.eventlog.people import (
    KnownPerson,
    Refreshing,
    copy_memberships,
    count_members,
    drop_memberships,
    end_memberships,
    fingerprint,
    members_among,
    refreshing,
    take_out_people,
    write_memberships,
    write_people,
)
from jejak.eventlog.read_only import NotAllowed, ask_read_only
from jejak.eventlog.row import ROW, SCHEMA
from jejak.eventlog.state import Status, status
from jejak.eventlog.tables import migrate

__all__ = [
    "ROW",
    "SCHEMA",
    "Answer",
    "Away",
    "BadQuestion",
    "BadRows",
    "HeldElsewhere",
    "KnownPerson",
    "NotAllowed",
    "Refreshing",
    "Status",
    "TooExpensive",
    "append",
    "ask",
    "ask_blocks",
    "ask_read_only",
    "close",
    "copy_memberships",
    "count_members",
    "drop_memberships",
    "end_memberships",
    "fingerprint",
    "forget",
    "forget_sample",
    "join_people",
    "members_among",
    "migrate",
    "open",
    "refreshing",
    "split_people",
    "status",
    "take_out_people",
    "write_memberships",
    "write_people",
]
