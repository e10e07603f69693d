"""Files taken in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One file taken in by one mapping. What it got to is kept, so that starting again goes on there."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Not started")
        TRYING = "trying", _("Being tried")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    file_name = models.CharField(_("file"), max_length=255)
    file_digest = models.CharField(max_length=64)
    path = models.CharField(max_length=1000, blank=True)
    """Where the file lies; empty once our copy of it was deleted."""
    is_ours = models.BooleanField(default=False)
    """Whether the file is a copy that was uploaded, and ours to delete."""
    mapping_name = models.CharField(_("mapping"), max_length=100)
    mapping = models.TextField(_("mapping text"))
    source = models.CharField(_("source"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    rows_done = models.PositiveBigIntegerField(_("rows read"), default=0)
    bytes_done = models.PositiveBigIntegerField(default=0)
    bytes_total = models.PositiveBigIntegerField(default=0)
    touchpoints = models.PositiveBigIntegerField(_("touchpoints sent"), default=0)
    added = models.PositiveBigIntegerField(_("touchpoints added"), null=True, blank=True)
    """How many of those sent were new; unknown until the import has ended."""
    stored_before = models.PositiveBigIntegerField(null=True, blank=True)
    """How many the log held of this source when the import began."""
    silent = models.PositiveBigIntegerField(_("rows that give nothing"), default=0)
    rejected = models.PositiveBigIntegerField(_("rows rejected"), default=0)
    rejects_path = models.CharField(max_length=1000, blank=True)
    rejects_bytes = models.PositiveBigIntegerField(default=0)
    """How long the rejects file was at the last checkpoint; what lies behind is written again."""
    told = models.JSONField(default=dict)
    """{"names": {name: touchpoints}, "rules": {reason: rows}, "noticed": {what: times}}"""
    choices = models.JSONField(null=True, blank=True)
    """What was chosen on the columns page, see guessing.Choices; empty where the mapping came another way."""
    stop_wanted = models.BooleanField(default=False)
    trial = models.JSONField(null=True, blank=True)
    """What a trial run came to, for the page; see trials.Trial."""
    error = models.TextField(blank=True)
    seconds = models.FloatField(default=0)
    """How long it has run, all runs together."""
    started_at = models.DateTimeField(_("started"))
    saved_at = models.DateTimeField(null=True, blank=True)
    """The last checkpoint: an import that says it runs and saves nothing any more was cut off."""
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.UniqueConstraint(
                fields=["file_digest", "mapping_name"], name="import_once_per_file_and_mapping"
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        """Whether something happens to it at this moment."""
        return self.state in {self.State.TRYING, self.State.WAITING, self.State.RUNNING}
