"""What was found wrong with records, and what staff say is right all the same."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop


class Finding(models.Model):
    """One rule found one record wrong. It goes when it is put right, and stays put aside where staff said so."""

    kind = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    rule = models.CharField(max_length=60)
    points = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "record_id", "rule"], name="finding_stands_once")
        ]
        indexes = [models.Index(fields=["kind", "rule", "record_id"], name="finding_of_rule")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.rule}"


class Standing(models.Model):
    """How many points a record has lost; none is kept for those that have lost none."""

    kind = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    score = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "record_id"], name="standing_stands_once")]
        indexes = [models.Index(fields=["kind", "score", "record_id"], name="standing_worst_first")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.score}"


class Check(models.Model):
    """One look at every record of a kind. counts: {rule: how many it found}."""

    kind = models.CharField(max_length=60)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reached = models.BigIntegerField(default=0)
    """The last id that was looked at, so that a check that broke off goes on there."""
    records = models.PositiveIntegerField(default=0)
    lost = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["kind", "-begun_at"], name="check_newest")]
        permissions = [("run_check", gettext_noop("Can have the quality of records checked"))]

    def __str__(self) -> str:
        return f"{self.kind} {self.begun_at}"
