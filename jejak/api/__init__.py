"""The frame of the REST API at /api/v1/: who calls, what they may, pages of records, and problems told in one way.

A feature's `api.py` is found by itself. It takes a router, and says for each endpoint which scope a token must have
and which permission whoever it acts for must have:

    from ninja import Query, Schema, Status
    from jejak import api
    from jejak.staff import audit, scope

    router = api.router("deals", "Deals")  # /api/v1/deals; asked for again, the same one: features share a prefix
    READ, WRITE = api.scope("deals:read", _("Read deals")), api.scope("deals:write", _("Change deals"))

    class DealIn(api.In):  # No other fields than these
        name: api.Text

    class DealOut(Schema):
        id: int
        name: str

    @router.get("", response=api.Page[DealOut], auth=api.needs(READ, "crm.view_deal"))
    def list_deals(request: api.Request, paging: Query[api.Paging]) -> Any:
        \"\"\"Return deals, the newest first.\"\"\"
        return api.page(request, scope.limit(Deal.objects.all(), request.user), order="-made_at", paging=paging)

    @router.post("", response={201: DealOut}, auth=api.needs(WRITE, "crm.add_deal"))
    def add_deal(request: api.Request, given: DealIn) -> Any: ... return Status(201, deal)

    @router.get("/{int:deal_id}", response=DealOut, auth=api.needs(READ, "crm.view_deal"))

- `request.user` is whoever the call acts for; `request.token` the token, or None in a browser's session.
- What goes wrong is raised: `api.Problem(409, "This deal was changed meanwhile.", code="changed")`, Http404,
  PermissionDenied, Django's ValidationError. It leaves as application/problem+json (RFC 9457), as do a body that is not
  JSON, a field that does not fit, an address that is not there, and what nobody foresaw (500, with an id and no more).
- Every endpoint needs `auth=api.needs(...)`; one without answers whoever is logged in. Its docstring becomes its text
  in the docs at /api/v1/docs, and tests/test_api_schema.py tries it without being told. So: write ids as `{int:…}`,
  say the length of texts (`api.Text` has 1 to 200 characters), and give every response a schema.
- Each endpoint has a line in tests/access_table.py that says which roles may call it.
"""

from jejak.api.callers import Request, needs
from jejak.api.catalogue import listed, router
from jejak.api.paging import Page, Paging, page
from jejak.api.problems import Problem
from jejak.api.values import Id, In, LongText, Text, Time
from jejak.staff.tokens import scope

__all__ = [
    "Id",
    "In",
    "LongText",
    "Page",
    "Paging",
    "Problem",
    "Request",
    "Text",
    "Time",
    "listed",
    "needs",
    "page",
    "router",
    "scope",
]
