"""What waits for the log, what was refused, and what the staff say about each kind of touchpoint."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Arrival(models.Model):
    """One accepted request or recorded fact, whole, until its touchpoints are in the log."""

    source = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    messages = models.PositiveIntegerField()
    meta = models.JSONField(default=dict)
    """What the door knew beside the messages: sent_at, ip, user_agent, channel, sample …"""
    body = models.BinaryField()
    """JSON text: a list of messages, in the shape of `message.Message`."""

    def __str__(self) -> str:
        return f"{self.pk}: {self.messages} from {self.source}"


class Claim(models.Model):
    """An arrival taken into a batch. A batch keeps its arrivals, so that doing it again is the same batch."""

    arrival_id = models.BigIntegerField(primary_key=True)  # No foreign key: rows come and go by the thousand.
    batch = models.CharField(max_length=32, db_index=True)
    worker = models.CharField(max_length=64)
    claimed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.arrival_id} in {self.batch}"


class SeenMessage(models.Model):
    """A messageId that was counted, so that a sender's retry is not, however late."""

    digest = models.BigIntegerField(primary_key=True)
    """63 bits of the messageId's hash: among 50 million, one in 180 billion new ones is taken for a retry."""
    batch = models.BigIntegerField()
    """63 bits of the batch that counted it, so that doing a batch again does not call its own messages retries."""
    seen_on = models.PositiveIntegerField()
    """Day number since 1970."""

    def __str__(self) -> str:
        return str(self.digest)


class Refusal(models.Model):
    """A message that could not become a touchpoint, with the reason, kept so that it can be replayed."""

    source = models.CharField(_("source"), max_length=100)
    received_at = models.DateTimeField(_("received"))
    reason = models.CharField(_("reason"), max_length=40)
    detail = models.TextField(_("detail"), blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    meta = models.JSONField(default=dict)
    message = models.BinaryField()
    key = models.CharField(max_length=80, unique=True)
    """Arrival and position: doing a batch again refuses nothing twice."""
    replayed_at = models.DateTimeField(_("replayed"), null=True, blank=True)

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        indexes = [models.Index(fields=["-received_at"])]

    def __str__(self) -> str:
        return f"{self.reason}: {self.name}"


class Definition(models.Model):
    """What the company says of one kind of touchpoint: whose it is and where in the journey it stands."""

    class Stage(models.TextChoices):
        DISCOVER = "discover", _("Discover")
        CONSIDER = "consider", _("Consider")
        BUY = "buy", _("Buy")
        USE = "use", _("Use")
        GET_HELP = "get_help", _("Get help")
        STAY = "stay", _("Stay")
        LEAVE = "leave", _("Leave")
        ADVOCATE = "advocate", _("Advocate")

    name = models.CharField(_("name"), max_length=200, unique=True)
    sentence = models.CharField(_("sentence"), max_length=300, blank=True)
    team = models.CharField(_("team"), max_length=100, blank=True)
    stage = models.CharField(_("stage"), max_length=20, blank=True, choices=Stage.choices)
    first_seen_at = models.DateTimeField(_("first seen"), null=True, blank=True)

    class Meta:
        verbose_name = _("touchpoint definition")
        verbose_name_plural = _("touchpoint definitions")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
