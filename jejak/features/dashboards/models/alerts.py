"""Alerts: what left its usual band, and who has seen it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Watch(models.Model):
    """What the watch knows: one row. history: the day sums of every series, as numpy writes them."""

    followed_on = models.DateField(null=True)
    """The last day that was looked at."""
    state = models.CharField(max_length=200, blank=True, default="")
    steps = models.JSONField(default=list)
    history = models.BinaryField(default=b"")
    history_from = models.DateField(null=True)
    gathered_on = models.DateField(null=True)
    """When the whole history was last read anew."""
    begun_at = models.DateTimeField(null=True)
    ran_at = models.DateTimeField(null=True)
    lines = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.lines} lines until {self.followed_on}"


class Rule(models.Model):
    """Something that staff want to be told of: a measure beyond a number, or out of its usual band."""

    class How(models.TextChoices):
        BAND = "band", _("leaves its usual band")
        ABOVE = "above", _("is above")
        BELOW = "below", _("is below")

    name = models.CharField(_("name"), max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    measure = models.CharField(_("number"), max_length=80)
    filters = models.JSONField(default=dict, blank=True)
    how = models.CharField(_("when it"), max_length=10, choices=How.choices, default=How.BAND)
    limit = models.FloatField(_("limit"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("over so many days"), default=7)
    is_on = models.BooleanField(_("on"), default=True)
    told_to = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    hook = models.ForeignKey("dashboards.Hook", models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("own alert")
        verbose_name_plural = _("own alerts")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """One incident: lines that left their usual band together. Days are whole ones of the install's time zone.

    watched: the line that tells it most clearly, as measures.watching has it. story: its last days with their band.
    """

    class Severity(models.TextChoices):
        SERIOUS = "serious", _("Serious")
        NOTABLE = "notable", _("Notable")
        GOOD = "good", _("Better than usual")

    watched = models.JSONField(default=dict)
    rule = models.ForeignKey(Rule, models.CASCADE, null=True, blank=True, related_name="alerts")
    subject = models.CharField(max_length=300)
    """What it is about, wherever: what is muted together."""
    side = models.SmallIntegerField()
    chance = models.FloatField()
    severity = models.CharField(max_length=10, choices=Severity.choices)
    began_on = models.DateField()
    promised_on = models.DateField(null=True, blank=True)
    """Of promises: the day on which the first of those were made that were not kept."""
    found_on = models.DateField()
    last_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    lines = models.JSONField(default=list)
    story = models.JSONField(default=list)
    noted_at = models.DateTimeField()
    is_past = models.BooleanField(default=False)
    """It was over before the watch began, so that nobody was told."""
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("known reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-found_on", "-pk"]
        indexes = [
            models.Index(fields=["-found_on", "-id"], name="alert_newest"),
            models.Index(fields=["rule"], condition=models.Q(ended_on=None), name="alert_open"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.found_on}"

    @property
    def is_open(self) -> bool:
        return self.ended_on is None


class Mute(models.Model):
    """Something that nobody wants to be told of for some time. It is watched all the same."""

    subject = models.CharField(max_length=300, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    until_at = models.DateTimeField()
    why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.subject


class Told(models.Model):
    """How somebody wants to be told. quiet_from, quiet_until: in their own time zone; over midnight, too."""

    class Least(models.TextChoices):
        SERIOUS = "serious", _("Only serious ones")
        ALL = "all", _("All of them")
        NONE = "none", _("None")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    least = models.CharField(_("alerts by e-mail"), max_length=10, choices=Least.choices, default=Least.NONE)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    names = models.JSONField(default=list, blank=True)
    """The touchpoints that they follow beside those of their teams."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)


class Hook(models.Model):
    """An address of another system that is told, too. Its secret is derived from the install's, and never kept."""

    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_on = models.BooleanField(_("on"), default=True)
    with_alerts = models.BooleanField(_("gets serious alerts"), default=False)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
