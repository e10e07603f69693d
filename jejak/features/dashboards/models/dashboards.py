"""Dashboards, the tiles on them, and links by which others see them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy


class Dashboard(models.Model):
    """Tiles side by side, for whoever kept it or for everybody. filters: those it opens with, as filters.write() has them."""

    name = models.CharField(_("name"), max_length=120)
    sentence = models.CharField(_("what it is for"), max_length=300, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    is_shared = models.BooleanField(_("shared with everybody"), default=False)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    template = models.SlugField(max_length=40, blank=True, default="")
    """Which template it was made from; "" where it was made by hand."""
    changed_at = models.DateTimeField(_("changed"))
    version = models.PositiveIntegerField(default=1)
    """Counts the changes of it and of its tiles, so that nobody overwrites what they have not seen."""

    class Meta:
        verbose_name = _("dashboard")
        verbose_name_plural = _("dashboards")
        ordering = ["name", "pk"]
        permissions = [("share_link", gettext_noop("Can show a dashboard to people without a login"))]

    def __str__(self) -> str:
        return self.name


class Tile(models.Model):
    """One thing on a dashboard. what: what it shows, by its kind, as tiles.read() takes it.

    position: in reading order. width: of 12 columns. height: in rows.
    """

    class Kind(models.TextChoices):
        MEASURE = "measure", _("Number")
        QUESTION = "question", _("Kept question")
        TEXT = "text", pgettext_lazy("of a tile", "Text")
        QUOTES = "quotes", _("What people say")
        MAP = "map", _("Map")
        LIST = "list", pgettext_lazy("of a tile", "List")

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="tiles")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=120, blank=True, default="")
    what = models.JSONField(default=dict)
    question = models.ForeignKey(
        "questions.Question",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("question"),
    )
    position = models.PositiveIntegerField(default=0)
    width = models.PositiveSmallIntegerField(_("width"), default=6)
    height = models.PositiveSmallIntegerField(_("height"), default=2)

    class Meta:
        default_permissions = ()
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(width__gte=2, width__lte=12), name="dashboards_tile_width"
            ),
            models.CheckConstraint(
                condition=models.Q(height__gte=1, height__lte=6), name="dashboards_tile_height"
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.get_kind_display())


class Link(models.Model):
    """An address at which a dashboard is read without a login, until it expires or is withdrawn.

    with_words: whether what people wrote is shown, too. filters: what it shows is narrowed to these.
    """

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="links")
    label = models.CharField(_("for whom"), max_length=120, blank=True, default="")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("until"))
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    with_words = models.BooleanField(_("with what people wrote"), default=False)
    filters = models.JSONField(default=dict, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.label or str(self.made_at)


class Place(models.Model):
    """Where a place of the log lies, for maps."""

    name = models.CharField(_("place"), max_length=200, unique=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    is_sample = models.BooleanField(default=False)

    class Meta:
        verbose_name = pgettext_lazy("where something happens", "place")
        verbose_name_plural = _("places")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180
                ),
                name="dashboards_place_on_earth",
            )
        ]

    def __str__(self) -> str:
        return self.name
