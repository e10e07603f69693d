"""Files taken in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One file taken in by one mapping. What it got to is kept, so that starting again goes on there."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    file_name = models.CharField(_("file"), max_length=255)
    file_digest = models.CharField(max_length=64)
    mapping_name = models.CharField(_("mapping"), max_length=100)
    mapping = models.TextField(_("mapping text"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    rows_done = models.PositiveBigIntegerField(_("rows read"), default=0)
    rows_total = models.PositiveBigIntegerField(_("rows in all"), null=True, blank=True)
    touchpoints = models.PositiveBigIntegerField(_("touchpoints sent"), default=0)
    rejected = models.PositiveBigIntegerField(_("rows rejected"), default=0)
    rejects_path = models.CharField(max_length=500, blank=True)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.UniqueConstraint(fields=["file_digest", "mapping_name"], name="import_once_per_file_and_mapping")
        ]

    def __str__(self) -> str:
        return self.file_name
