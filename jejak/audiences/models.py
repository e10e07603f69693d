"""Audiences: who is meant, and how many they were at each refresh. Who is in one is kept in the log's database."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class Audience(models.Model):
    """A set of people, called by its key from everywhere."""

    class Kind(models.TextChoices):
        DYNAMIC = "dynamic", _("By conditions")
        STATIC = "static", _("List")
        SNAPSHOT = "snapshot", _("Snapshot")

    key = models.SlugField(_("key"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    sentence = models.CharField(_("what it is for"), max_length=300, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DYNAMIC)
    condition = models.JSONField(_("conditions"), null=True, blank=True)
    """As conditions.write() has it; None where people are named one by one."""
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    made_at = models.DateTimeField(_("made"))
    changed_at = models.DateTimeField(_("changed"))
    archived_at = models.DateTimeField(_("put away"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("people"), null=True, blank=True)
    """How many are in it as of the last refresh; None before the first."""
    refreshed_at = models.DateTimeField(_("refreshed"), null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    """When a process began to refresh it; None while none does."""
    refresh_seconds = models.FloatField(default=0)
    state = models.CharField(max_length=64, blank=True, default="")
    """What the log and its mirror were like at the last refresh: where that is the same, nothing changed."""
    is_fresh = models.BooleanField(default=True, db_default=True)
    """Whether nobody was worked out yet by the conditions as they are: who is in it then did not enter it."""
    refreshes = models.PositiveBigIntegerField(default=0)
    is_told = models.BooleanField(_("record who enters and leaves"), default=True, db_default=True)
    trouble = models.CharField(_("why it was not refreshed"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering = ["name", "pk"]
        permissions = [
            ("see_members", gettext_noop("Can see who is in an audience")),
            ("export_members", gettext_noop("Can export who is in an audience")),
        ]

    def __str__(self) -> str:
        return self.name


class Size(models.Model):
    """How many people were in an audience after a refresh that changed something, and how many came and went."""

    audience = models.ForeignKey(Audience, models.CASCADE, related_name="sizes")
    at = models.DateTimeField()
    people = models.PositiveBigIntegerField()
    everybody = models.PositiveBigIntegerField(default=0)
    entered = models.PositiveBigIntegerField(default=0)
    left = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["audience", "-at"], name="audience_size_newest")]

    def __str__(self) -> str:
        return f"{self.audience_id}: {self.people} at {self.at}"
