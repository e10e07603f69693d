"""Deals in their pipelines, what is sold, and how each deal went from stage to stage."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jejak.people.models import Company, Person
from jejak.records.models import Kept

OPEN, WON, LOST = "open", "won", "lost"
OUTCOMES: list[tuple[str, Any]] = [(OPEN, _("Open")), (WON, _("Won")), (LOST, _("Lost"))]


class Pipeline(models.Model):
    """The way that deals of one sort go, stage by stage."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    archived_at = models.DateTimeField(_("put away"), null=True, blank=True)

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class DealStage(models.Model):
    """One stage of a pipeline. outcome: whether a deal in it is open, won or lost."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages")
    key = models.SlugField(_("key"), max_length=60, unique=True)
    """Names the stage in conditions, files and the API: renaming it changes nothing there."""
    name = models.CharField(_("name"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    probability = models.PositiveSmallIntegerField(
        _("chance of winning, percent"), validators=[MaxValueValidator(100)]
    )
    outcome = models.CharField(_("a deal here is"), max_length=4, choices=OUTCOMES, default=OPEN)
    asks_reason = models.BooleanField(_("asks for a reason"), default=False)
    archived_at = models.DateTimeField(_("put away"), null=True, blank=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_chance_is_a_percentage")
        ]

    def __str__(self) -> str:
        return self.name


class DealReason(models.Model):
    """Why deals are won, or lost: a short list of the company's own."""

    outcome = models.CharField(_("outcome"), max_length=4, choices=OUTCOMES[1:])
    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    archived_at = models.DateTimeField(_("put away"), null=True, blank=True)

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["outcome", "order", "pk"]

    def __str__(self) -> str:
        return self.name


class Product(Kept):
    """Something that is sold, at its usual price."""

    sku = models.CharField(_("SKU"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    description = models.TextField(_("description"), blank=True, default="")
    is_active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [models.Index(fields=["name", "id"], name="product_by_name")]

    def __str__(self) -> str:
        return self.name


class Deal(Kept):
    """Something that may be sold to a company or a person, by some day, for some amount."""

    title = models.CharField(_("title"), max_length=200)
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("company")
    )
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    """The main contact: one of their trails. Whoever is the same person has the deal too."""
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, to_field="key", related_name="+")
    """That of its stage, here once more so that a board is read from one index."""
    stage = models.ForeignKey(DealStage, models.PROTECT, to_field="key", related_name="+")
    stage_since = models.DateTimeField(_("in this stage since"))
    rank = models.BigIntegerField(default=0)
    """Its place in the column of its stage, small ones on top."""
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    sums_lines = models.BooleanField(_("the amount is the sum of its lines"), default=False)
    close_on = models.DateField(_("close date"), null=True, blank=True)
    won_at = models.DateTimeField(_("won"), null=True, blank=True)
    lost_at = models.DateTimeField(_("lost"), null=True, blank=True)
    reason = models.ForeignKey(
        DealReason, models.PROTECT, to_field="key", null=True, blank=True, related_name="+"
    )
    source = models.CharField(_("source"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            models.CheckConstraint(
                condition=Q(won_at=None) | Q(lost_at=None), name="deal_is_not_won_and_lost"
            ),
            models.CheckConstraint(condition=Q(amount=None) | ~Q(currency=""), name="amount_has_a_currency"),
        ]
        indexes = [
            models.Index(
                fields=["stage", "rank", "id"], condition=Q(archived_at=None), name="deal_on_the_board"
            ),
            models.Index(fields=["pipeline", "close_on"], name="deal_by_close_date"),
            models.Index(fields=["-created_at", "-id"], name="deal_newest"),
            models.Index(fields=["-won_at"], condition=Q(won_at__isnull=False), name="deal_won"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it may still be won or lost."""
        return self.won_at is None and self.lost_at is None


class DealLine(models.Model):
    """So many of a product, at a price, less a discount; in the currency of its deal."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=2)
    discount_percent = models.DecimalField(
        _("discount, percent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_has_some"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0) & Q(discount_percent__lte=100),
                name="line_discount_is_a_percentage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"

    @property
    def total(self) -> Decimal:
        """What this line comes to."""
        full = self.quantity * self.unit_price
        return (full * (100 - self.discount_percent) / 100).quantize(Decimal("0.01"))


class DealMove(models.Model):
    """A deal came into a stage. before: the one it came from; empty where it began there."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="moves")
    before = models.ForeignKey(DealStage, models.CASCADE, to_field="key", null=True, related_name="+")
    after = models.ForeignKey(DealStage, models.CASCADE, to_field="key", related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("move of a deal")
        verbose_name_plural = _("moves of deals")
        constraints = [
            models.CheckConstraint(
                condition=Q(before=None) | ~Q(before=F("after")), name="move_leads_somewhere"
            )
        ]
        indexes = [models.Index(fields=["deal", "at"], name="move_of_deal")]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.before_id} to {self.after_id}"
