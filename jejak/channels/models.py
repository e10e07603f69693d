"""What is sent to people."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jejak.people.models import Person


class Outgoing(models.Model):
    """One message to one person, kept before it is sent: what is not sent yet is not lost when the process ends."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(_("channel"), max_length=40)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=20)
    address = models.CharField(_("to"), max_length=320)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    from_name = models.CharField(_("from"), max_length=100, blank=True)
    message_id = models.CharField(max_length=320, unique=True)
    """As the receiver sees it: a message that is sent again after a crash is recognised as the same."""
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    """When it is sent, or tried again; while it is being sent, when somebody else may try."""
    trouble = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["queued", "sending"]),
                name="outgoing_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}: {self.state}"


class Letter(models.Model):
    """One e-mail to one of the staff, or one call of another system. Its key makes it once, however often it is written.

    parts: the pictures of an e-mail, [{"cid", "png"}] with the PNG in base64. signed_as: what the secret of a call is
    derived from; see letters.secret().
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=[("email", "email"), ("webhook", "webhook")])
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    address = models.CharField(max_length=500)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    parts = models.JSONField(default=list)
    stop_url = models.CharField(max_length=500, blank=True)
    signed_as = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    trouble = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=["queued", "sending"]), name="letter_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.state}"
