"""Where touchpoints come from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jejak.touchpoints.words import channel as channel_word


class Source(models.Model):
    """One sender of touchpoints: a site, an app, a backend. Recognised by its write key."""

    class Identity(models.TextChoices):
        SIGNED = "signed", _("Only signed: a site or an app, whose key anybody can read")
        TRUSTED = "trusted", _("Trusted: a server or a till of ours, which keeps its key secret")

    name = models.CharField(_("name"), max_length=100, unique=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    identity = models.CharField(
        _("who somebody is"), max_length=10, choices=Identity.choices, default=Identity.TRUSTED
    )
    """Whether what it says about who somebody is counts as it is, or only with a signature (people.signing)."""
    secret_number = models.PositiveIntegerField(default=1)
    """Which of its identity secrets counts: a new number makes a new secret."""
    created_at = models.DateTimeField(_("created"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    key_hash = models.CharField(max_length=64, unique=True)
    """SHA-256 of the write key, which is 160 random bits and therefore needs no slow hash."""
    key_start = models.CharField(_("key begins with"), max_length=12)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    trouble = models.CharField(_("last trouble"), max_length=500, blank=True)
    """Why its newest refused request was refused: what whoever sets up a sender needs to read."""
    trouble_at = models.DateTimeField(_("trouble at"), null=True, blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def channel_word(self) -> str:
        return channel_word(self.channel) if self.channel else ""


class Tally(models.Model):
    """What one source sent on one day, counted at the door."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="tallies")
    on = models.DateField(_("day"))
    kept = models.PositiveBigIntegerField(_("accepted"), default=0)
    refused = models.PositiveBigIntegerField(_("refused"), default=0)
    """Messages that the door answered with 400. What the pipeline refuses stands in touchpoints.Refusal."""
    opted_out = models.PositiveBigIntegerField(_("opted out"), default=0)
    """Messages of browsers that ask not to be followed (Global Privacy Control, Do Not Track)."""

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [models.UniqueConstraint(fields=["source", "on"], name="tally_is_one_a_day")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.on}"
