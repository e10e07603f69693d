"""One deal: where it stands on its way, what is in it, and what was done with it."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.features.crm import boards, facts, histories
from jejak.features.crm.actions import deals as verbs
from jejak.features.crm.models import Deal, DealReason, Product
from jejak.features.crm.views import staff
from jejak.records import kinds
from jejak.records.changing import BadValues
from jejak.records.types import BY_KEY, BadValue, Options
from jejak.staff import scope

_FIELDS = ("amount", "currency", "close_on", "company", "person", "owner", "team", "source", "tags")
_EMPTY_LINES = 3
_MOST_PRODUCTS = 500


class DealPage(AdminPage):
    """Everything about one deal."""

    template_name = "crm/deal.html"
    permission = "crm.view_deal"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.deal = deal_or_404(request, kwargs["deal_id"])
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> str:
        return self.deal.title

    def get_back(self) -> tuple[str, Any]:
        return f"{reverse('crm:deals')}?pipeline={self.deal.pipeline_id}", _("Deals")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        deal, user = self.deal, staff(self.request)
        kind = kinds.kind("deal")
        may_change = user.has_perm("crm.change_deal")
        own_keys = [field.key for field in kind.fields if field.is_own]
        keys = _FIELDS if deal.is_open else (*_FIELDS, "reason")
        today = timezone.localdate()
        own = {
            "deal": deal,
            "contact": boards.contacts([deal]).get(deal.person_id or 0, ""),
            "path": histories.path(deal, now=timezone.now()),
            "stages": deal.stage.pipeline.stages.filter(archived_at=None).order_by("order", "pk"),
            "reasons": list(DealReason.objects.filter(archived_at=None)),
            "is_overdue": deal.is_open and deal.close_on is not None and deal.close_on < today,
            "facts": facts.facts(kind, deal, keys, by=user, may_change=may_change),
            "rename": facts.facts(kind, deal, ["title"], by=user, may_change=may_change)[0].address,
            "own_facts": facts.facts(kind, deal, own_keys, by=user, may_change=may_change),
            "lines": list(deal.lines.select_related("product")),
            "lines_sum": sum((line.total for line in deal.lines.all()), Decimal()),
            "moves": histories.moves(deal),
            "history": histories.history(kind, deal.pk),
            "may_change": may_change,
        }
        return super().get_context_data(**(own | kwargs))


class Lines(AdminPage):
    """What is in a deal, line by line."""

    template_name = "crm/lines.html"
    permission = "crm.change_deal"
    title = _("Products of this deal")
    icon = "package"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.deal = deal_or_404(request, kwargs["deal_id"])
        rows = [
            {
                "product": str(line.product_id),
                "quantity": _short(line.quantity),
                "unit_price": _short(line.unit_price),
                "discount": _short(line.discount_percent),
            }
            for line in self.deal.lines.all()
        ]
        return self._form(rows, sums_lines=self.deal.sums_lines or not rows)

    def post(self, request: HttpRequest, deal_id: int) -> HttpResponse:
        self.deal = deal_or_404(request, deal_id)
        names = ("product", "quantity", "unit_price", "discount")
        columns = [request.POST.getlist(name) for name in names]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False) if row[0]]
        sums_lines = bool(request.POST.get("sums_lines"))
        try:
            lines = [self._line(row) for row in rows]
            verbs.set_lines(
                deal=self.deal, lines=lines, sums_lines=sums_lines, by=staff(request), now=timezone.now()
            )
        except (BadValue, BadValues) as error:
            text = "; ".join(error.errors.values()) if isinstance(error, BadValues) else str(error)
            return self._form(rows, sums_lines=sums_lines, refusal=text)
        messages.success(request, _now("Saved."))
        return redirect("crm:deal", self.deal.pk)

    def get_back(self) -> tuple[str, Any]:
        return reverse("crm:deal", args=[self.deal.pk]), self.deal.title

    def _line(self, row: dict[str, str]) -> verbs.Line:
        product = Product.objects.filter(pk=row["product"]).first() if row["product"].isdecimal() else None
        if product is None:
            raise BadValue(_now("There is no such product."))
        price = _number(row["unit_price"])
        if price is None:
            if product.price is None or product.currency != self.deal.currency:
                raise BadValue(_now("“%(product)s” needs a unit price.") % {"product": product})
            price = product.price
        quantity, discount = _number(row["quantity"]), _number(row["discount"])
        return verbs.Line(
            product=product,
            quantity=Decimal(1) if quantity is None else quantity,
            unit_price=price,
            discount_percent=discount or Decimal(0),
        )

    def _form(self, rows: list[dict[str, str]], *, sums_lines: bool, refusal: str = "") -> HttpResponse:
        held = [int(row["product"]) for row in rows if row["product"].isdecimal()]
        on_sale = Product.objects.filter(archived_at=None, is_active=True) | Product.objects.filter(
            pk__in=held
        )
        products = [
            {"id": str(one.pk), "label": f"{one.name} · {one.sku}"}
            for one in on_sale.distinct().order_by("name", "pk")[:_MOST_PRODUCTS]
        ]
        empty = {"product": "", "quantity": "", "unit_price": "", "discount": ""}
        context = self.get_context_data(
            deal=self.deal,
            rows=rows + [empty] * _EMPTY_LINES,
            products=products,
            sums_lines=sums_lines,
            refusal=refusal,
        )
        return self.render_to_response(context, status=422 if refusal else 200)


def deal_or_404(request: HttpRequest, deal_id: int) -> Deal:
    """Return a deal in reach of the staff member."""
    if deal_id >= 2**63:
        raise Http404
    rows = Deal.objects.filter(archived_at=None).select_related(
        "stage__pipeline", "company", "person", "owner", "reason"
    )
    return get_object_or_404(scope.limit(rows, request.user), pk=deal_id)


def _number(text: str) -> Decimal | None:
    held = BY_KEY["number"].clean(text, Options())
    return None if held is None else Decimal(str(held))


def _short(value: Decimal) -> str:
    """2 instead of 2.00; what people type."""
    return f"{value.normalize():f}"
