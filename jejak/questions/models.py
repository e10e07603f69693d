"""Questions that somebody keeps, and what staff wrote beside days of charts."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class Question(models.Model):
    """A question under a name. asked: as asked.write() has it, or {"kind": "sql", "sql": "SELECT …"}."""

    name = models.CharField(_("name"), max_length=120)
    sentence = models.CharField(_("what it tells"), max_length=300, blank=True, default="")
    asked = models.JSONField(_("what is asked"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    is_shared = models.BooleanField(_("shared with everybody"), default=False)
    changed_at = models.DateTimeField(_("changed"))
    version = models.PositiveIntegerField(default=1)
    """Counts the changes, so that nobody overwrites what they have not seen."""

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["name", "pk"]
        permissions = [
            ("ask_sql", gettext_noop("Can ask the log in SQL")),
            ("embed_question", gettext_noop("Can show the answer of a question on other sites")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_sql(self) -> bool:
        return bool(self.asked.get("kind") == "sql")


class Annotation(models.Model):
    """What happened on a day, or from it to another, so that a bend in a line explains itself: "New courier".

    channel, place: it is about these alone; "" for all. It is drawn in every line over time, see annotations.py.
    """

    words = models.CharField(_("what happened"), max_length=120)
    on = models.DateField(_("day"))
    until_on = models.DateField(_("last day"), null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=60, blank=True, default="")
    place = models.CharField(_("place"), max_length=120, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )  # fmt: skip
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("annotation")
        verbose_name_plural = _("annotations")
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["on"], name="annotation_on")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on=None) | models.Q(until_on__gte=models.F("on")),
                name="annotation_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.words


class Embedding(models.Model):
    """An address at which other sites show the first picture of a question's answer, until it ends or is withdrawn.

    site: the only one that may have it in a frame, such as https://intranet.example; "" for any.
    """

    question = models.ForeignKey(Question, models.CASCADE, related_name="embeddings")
    site = models.CharField(_("site"), max_length=200, blank=True, default="")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("until"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.site or str(self.made_at)
