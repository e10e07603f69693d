"""Forms that strangers fill in, what makes a lead worth more, and who gets it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jejak.records import filtering, kinds, saying


class LeadForm(models.Model):
    """A form on the web. fields: keys of fields of a person; required: those that must be filled."""

    name = models.CharField(
        _("name"), max_length=80, help_text=_("For yourselves, such as “Trade fair 2026”.")
    )
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    intro = models.TextField(_("introduction"), max_length=1000, blank=True)
    thanks = models.TextField(_("thank-you"), max_length=1000, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="id")
    fields = models.JSONField(_("fields"), default=list)
    required = models.JSONField(_("must be filled"), default=list)
    question = models.CharField(
        _("own question"), max_length=200, blank=True, help_text=_("A last, open one. May stay empty.")
    )
    consent_purpose = models.CharField(_("consent to"), max_length=20, blank=True)
    consent_text = models.CharField(_("words of the consent"), max_length=300, blank=True)
    is_open = models.BooleanField(_("open"), default=True)
    created_at = models.DateTimeField()
    is_sample = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("lead form")
        verbose_name_plural = _("lead forms")

    def __str__(self) -> str:
        return self.name


class ScoreRule(models.Model):
    """Points for a lead whose person fulfils a condition, written as lists write it: country~is~MY."""

    label = models.CharField(_("label"), max_length=80)
    condition = models.CharField(_("condition"), max_length=300)
    points = models.SmallIntegerField(_("points"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_sample = models.BooleanField(default=False, db_default=False)
    """Of the demo: it weighs the leads of the demo's forms only."""

    class Meta:
        verbose_name = _("score rule")
        verbose_name_plural = _("score rules")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def condition_in_words(self) -> str:
        return _in_words(self.condition)


class AssignmentRule(models.Model):
    """Who gets a lead: the first rule that fits decides. owner, or one of a team in turn."""

    label = models.CharField(_("label"), max_length=80)
    condition = models.CharField(
        _("condition"), max_length=300, blank=True, help_text=_("Empty: every lead.")
    )
    least_score = models.SmallIntegerField(_("from so many points"), default=0)
    form = models.ForeignKey(
        LeadForm, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("form")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    team_key = models.CharField(_("or one of the team, in turn"), max_length=60, blank=True)
    task_title = models.CharField(_("task"), max_length=120, blank=True)
    due_hours = models.PositiveSmallIntegerField(_("due in hours"), default=24)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_sample = models.BooleanField(default=False, db_default=False)
    """Of the demo: it gives away the leads of the demo's forms only."""

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def condition_in_words(self) -> str:
        return _in_words(self.condition)


class Lead(models.Model):
    """One filled form. answers: as typed; the person's own fields stay as they are until staff take these over.

    A form proves nothing about who filled it in, so that nobody changes somebody else by knowing their address.
    """

    form = models.ForeignKey(LeadForm, models.CASCADE, related_name="leads")
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    is_new = models.BooleanField()
    """Whether the person was unknown before."""
    answers = models.JSONField(default=dict)
    answer = models.TextField(blank=True)
    score = models.SmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    """[[label, points], …]"""
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rule = models.ForeignKey(AssignmentRule, models.SET_NULL, null=True, blank=True, related_name="leads")
    captured_at = models.DateTimeField(db_index=True)
    taken_over_at = models.DateTimeField(null=True, blank=True)
    token = models.CharField(max_length=64, unique=True)
    """What the form was sent with: sent twice, it counts once."""
    is_sample = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [models.Index(fields=["owner", "-captured_at"], name="lead_of_owner")]

    def __str__(self) -> str:
        return f"{self.form_id}: {self.person_id}"


def _in_words(condition: str) -> str:
    """Return a condition as people read it; one whose field was put away as it was written."""
    try:
        return " ".join(saying.condition(kinds.kind("person"), one) for one in filtering.parse([condition]))
    except (filtering.BadCondition, kinds.NoSuchField):
        return condition
