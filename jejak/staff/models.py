"""Who logs in to the back office, in which teams, what they did there, and the keys of their programs."""

from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Team(models.Model):
    """Those who own touchpoints, people and companies together: a shop, a region, a desk."""

    key = models.SlugField(
        _("key"), max_length=60, unique=True, help_text=_("As data says it: “jakarta-stores”. It stays.")
    )
    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """One of the staff. Our own model from the first migration on, so that it can grow."""

    class Sees(models.TextChoices):
        """Whose records somebody sees; what may be done with them, their role says."""

        EVERYBODY = "everybody", _("Everybody")
        OWN_TEAMS = "own teams", _("Only their teams, and whom they own")

    teams = models.ManyToManyField(Team, blank=True, related_name="members", verbose_name=_("teams"))
    sees = models.CharField(
        pgettext_lazy("field of a member of staff", "sees"),
        max_length=20,
        choices=Sees.choices,
        default=Sees.EVERYBODY,
    )

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")

    @cached_property
    def team_keys(self) -> list[str]:
        """The keys of their teams, read once for each request."""
        return list(self.teams.values_list("key", flat=True))


class Role(models.Model):
    """One of the roles that Jejak brings, and what it was given so far.

    What was given is given once: what an administrator takes away afterwards stays away, and so does a
    role whose group they deleted.
    """

    key = models.CharField(max_length=40, unique=True)
    group = models.OneToOneField(
        "auth.Group", models.SET_NULL, null=True, blank=True, related_name="staff_role"
    )
    given = models.JSONField(default=list)
    """["people.view_person", …]: every permission that the code ever gave to it, whether it has it still or not."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class Token(models.Model):
    """A key with which a program acts for one of the staff: within their rights, and within its scopes."""

    name = models.CharField(_("name"), max_length=100)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    secret_start = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    """SHA-256 of the secret, which is 256 random bits and therefore needs no slow hash."""
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """One line of the audit log: who saw or changed what, and when. Written, never changed.

    It holds no personal data of customers beyond the title of a record, which forgetting takes away.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # Nobody asks by it: the log is searched by name.
    )
    by_name = models.CharField(max_length=150, blank=True)
    """As they were called then: it stays when they leave."""
    by_token = models.CharField(max_length=100, blank=True)
    verb = models.CharField(max_length=30)
    kind = models.CharField(max_length=60, blank=True)
    record_id = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        default_permissions = ("view",)  # Nobody changes what happened.
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["kind", "record_id", "-at", "-id"], name="audit_by_record"),
            models.Index(fields=["by_name", "-at", "-id"], name="audit_by_staff"),
            models.Index(fields=["verb", "-at", "-id"], name="audit_by_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name} {self.verb} {self.kind} {self.record_id}".strip()


class Answered(models.Model):
    """What an API call with an Idempotency-Key was answered, so that its repetition is not done twice."""

    caller = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of method, path and body: the same key with another request is a mistake of the caller."""
    status = models.PositiveSmallIntegerField(null=True)
    """Empty while the first call is still being answered."""
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=b"")
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="call_is_answered_once")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
