"""The verbs of the agenda."""

from jejak.features.agenda.actions import feeds, meetings, notes, notices, tasks

__all__ = ["feeds", "meetings", "notes", "notices", "tasks"]
