"""What a company says of its records beyond what features know: own fields, own objects, views, and who changed what."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jejak.records.types import BY_KEY

_TYPES = [(key, one.label) for key, one in BY_KEY.items()]


class Kept(models.Model):
    """The base of what a feature keeps as records: whose it is, its own fields, and that it may be put away."""

    own = models.JSONField(_("own fields"), default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    team_key = models.CharField(_("team"), max_length=60, blank=True, default="", db_index=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    created_at = models.DateTimeField(_("made"))
    changed_at = models.DateTimeField(_("changed"))
    archived_at = models.DateTimeField(_("put away"), null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        abstract = True


class OwnObject(models.Model):
    """A kind of record that the company made itself, such as a vehicle or a contract."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60, help_text=_("For one of them, such as “Vehicle”."))
    plural = models.CharField(_("plural"), max_length=60, help_text=_("For several, such as “Vehicles”."))
    title_label = models.CharField(
        _("what its title is called"), max_length=60, blank=True, help_text=_("Such as “Plate number”.")
    )
    icon = models.CharField(_("icon"), max_length=40, default="puzzle-piece")
    created_at = models.DateTimeField(_("made"))
    archived_at = models.DateTimeField(_("put away"), null=True, blank=True)

    class Meta:
        verbose_name = _("own object")
        verbose_name_plural = _("own objects")

    def __str__(self) -> str:
        return self.name


class OwnRecord(Kept):
    """One record of an own object. It may belong to a person, to a company, or to both."""

    object = models.ForeignKey(OwnObject, models.CASCADE, related_name="records")
    title = models.CharField(_("title"), max_length=200)
    person = models.ForeignKey(
        "people.Person", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    company = models.ForeignKey(
        "people.Company", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("company")
    )

    class Meta:
        verbose_name = _("own record")
        verbose_name_plural = _("own records")
        indexes = [models.Index(fields=["object", "-created_at", "-id"], name="own_record_newest")]

    def __str__(self) -> str:
        return self.title


class OwnField(models.Model):
    """A field that the company added to a kind of record. Its values stay when it is put away."""

    kind = models.CharField(_("record"), max_length=60)
    key = models.SlugField(_("key"), max_length=40)
    label = models.CharField(_("label"), max_length=80)
    help = models.CharField(_("help"), max_length=200, blank=True)
    type = models.CharField(_("type"), max_length=20, choices=_TYPES)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    """[[kept, shown], …]"""
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    links_to = models.CharField(_("links to"), max_length=60, blank=True)
    is_required = models.BooleanField(_("must be filled"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    created_at = models.DateTimeField(_("made"))
    archived_at = models.DateTimeField(_("put away"), null=True, blank=True)

    class Meta:
        verbose_name = _("own field")
        verbose_name_plural = _("own fields")
        ordering = ["kind", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="own_field_stands_once")]

    def __str__(self) -> str:
        return f"{self.kind}.{self.key}"


class View(models.Model):
    """A saved way to look at a list: its filters, columns and order."""

    kind = models.CharField(_("record"), max_length=60, db_index=True)
    name = models.CharField(_("name"), max_length=80)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_shared = models.BooleanField(_("for everybody"), default=False)
    asked = models.JSONField(default=dict)
    """{"where": ["stage~any_of~won"], "q": "", "sort": "-amount", "columns": ["name", …]}"""
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("view")
        verbose_name_plural = _("views")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "by", "name"], name="view_stands_once")]

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """One deed of staff on one record or on many, which can be undone."""

    MADE, CHANGED, ARCHIVED, IMPORTED = "made", "changed", "archived", "imported"
    VERBS: list[tuple[str, Any]] = [
        (MADE, _("Made")),
        (CHANGED, _("Changed")),
        (ARCHIVED, _("Put away")),
        (IMPORTED, _("Imported")),
    ]

    kind = models.CharField(max_length=60)
    verb = models.CharField(max_length=10, choices=VERBS)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_index=True)
    note = models.CharField(max_length=200, blank=True)
    records = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.verb} {self.records} {self.kind}"


class ChangedRecord(models.Model):
    """What a change did to one record: its values before and after, of the fields that changed."""

    BACK, TAKEN, KEPT = "back", "taken", "kept"

    change = models.ForeignKey(Change, models.CASCADE, related_name="changed")
    kind = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone = models.CharField(max_length=5, blank=True, default="", db_default="")
    """What undoing came to: put BACK, TAKEN away whole, KEPT as it is; "" before it. Undoing goes on by this."""
    kept_for = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    """Why it was kept, as `unmaking.why` reads it."""

    class Meta:
        indexes = [models.Index(fields=["kind", "record_id", "-id"], name="changed_record_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
