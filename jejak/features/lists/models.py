"""Work on many records that goes on behind the pages: bulk edits, undoings, imports."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Work(models.Model):
    """One piece of work on records of a kind. What it has done so far is kept, so that a page can show it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Not started")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    CHANGE, TAG, ARCHIVE, UNDO, TRY, IMPORT = "change", "tag", "archive", "undo", "try", "import"

    kind = models.CharField(max_length=60)
    do = models.CharField(max_length=10)
    asked = models.JSONField(default=dict)
    """What is to be done, as its door wrote it: see works.py and taking_in.py."""
    told = models.JSONField(default=dict)
    """What came of it."""
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    change = models.ForeignKey("records.Change", models.SET_NULL, null=True, blank=True, related_name="+")
    """The deed that it does, or undoes."""
    file_name = models.CharField(_("file"), max_length=255, blank=True)
    path = models.CharField(max_length=1000, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)
    made_at = models.DateTimeField(_("made"))
    saved_at = models.DateTimeField(null=True, blank=True)
    """When it last said that it goes on: work that runs and says nothing any more was cut off."""
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        indexes = [models.Index(fields=["kind", "-id"], name="lists_work_newest")]

    def __str__(self) -> str:
        return f"{self.do} {self.kind}"

    @property
    def is_busy(self) -> bool:
        """Whether something happens to it at this moment."""
        return self.state in {self.State.WAITING, self.State.RUNNING}

    def say(self, **told: Any) -> None:
        """Keep what came of it."""
        self.told = {**self.told, **told}
