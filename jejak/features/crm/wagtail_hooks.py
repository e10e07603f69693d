"""Where companies, deals and products stand in the back office, and their cards on a person's page."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import menu, slots
from jejak.features.crm import panels
from jejak.people.whole import Whole

menu.entry(
    "people",
    "companies",
    _("Companies"),
    icon="buildings",
    url_name="crm:companies",
    order=20,
    permission="people.view_company",
    also=["records/company/"],
)
menu.entry(
    "people",
    "deals",
    _("Deals"),
    icon="handshake",
    url_name="crm:deals",
    order=30,
    permission="crm.view_deal",
    also=["records/deal/"],
)
menu.entry(
    "people",
    "products",
    _("Products"),
    icon="package",
    url_name="crm:products",
    order=60,
    permission="crm.view_product",
    also=["records/product/"],
)
menu.entry(
    "settings",
    "deals",
    _("Deals"),
    icon="handshake",
    url_name="crm:settings",
    order=40,
    permission="crm.change_pipeline",
    description=_("Pipelines and their stages, and why deals are won and lost."),
)


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Put our addresses into the frame."""
    return [path("", include("jejak.features.crm.urls"))]


@slots.register("person.panels", order=30, permission="crm.view_deal")
def deals(request: HttpRequest, *, person: Whole) -> str:
    """The deals of all trails of a person, open ones first."""
    return render_to_string("crm/person_deals.html", panels.deals(request, person), request)


@slots.register("person.panels", order=35, permission="people.view_company")
def companies(request: HttpRequest, *, person: Whole) -> str:
    """What a person does in which companies, and did."""
    roles = panels.roles(request, person)
    return render_to_string("crm/person_companies.html", {"roles": roles}, request) if roles else ""
