"""Digests: a dashboard that comes by e-mail or to another system, at its time."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Digest(models.Model):
    """When a dashboard is sent, and to whom. hour: of the time zone `zone`. next_at: when it is due."""

    class Every(models.TextChoices):
        DAY = "day", _("every day")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    dashboard = models.ForeignKey("dashboards.Dashboard", models.CASCADE, related_name="digests")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    every = models.CharField(_("how often"), max_length=5, choices=Every.choices, default=Every.WEEK)
    weekday = models.PositiveSmallIntegerField(_("on"), choices=Weekday.choices, default=Weekday.MONDAY)
    hour = models.PositiveSmallIntegerField(_("at"), default=7)
    zone = models.CharField(_("time zone"), max_length=60)
    told_to = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("of a digest", "to"),
    )
    hook = models.ForeignKey(
        "dashboards.Hook", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("webhook")
    )
    next_at = models.DateTimeField()
    slot_at = models.DateTimeField(null=True, blank=True)
    """The time that is being written: whoever goes on after a crash writes the same letters."""
    last_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["next_at", "pk"]

    def __str__(self) -> str:
        return f"{self.dashboard} {self.every}"
