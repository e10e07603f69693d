"""Who may see and do what with companies and deals."""

from typing import Any

from jejak.features.crm.tests.makers import belong, make_company, make_deal
from jejak.people.models import Membership
from jejak.people.tests.makers import make_person
from tests.access import ANALYST, LEAD, MARKETING, SUPPORT, page, post

_READERS = (LEAD, SUPPORT, MARKETING, ANALYST)


def _company() -> dict[str, Any]:
    return {"company_id": make_company().pk}


def _deal() -> dict[str, Any]:
    return {"deal_id": make_deal().pk}


def _membership() -> dict[str, Any]:
    company = make_company()
    belong(company, make_person("Siti"))
    return {"company_id": company.pk, "membership_id": Membership.objects.get(company=company).pk}


ACCESS = {
    "crm:companies": page(*_READERS),
    "crm:company": page(*_READERS, make=_company),
    "crm:join": post(LEAD, SUPPORT, MARKETING, make=_company),
    "crm:role": post(LEAD, SUPPORT, MARKETING, make=_membership),
    "crm:products": page(*_READERS),
    "crm:deals": page(*_READERS),
    "crm:forecast": page(*_READERS),
    "crm:deal": page(*_READERS, make=_deal),
    "crm:move": post(LEAD, SUPPORT, make=_deal),
    "crm:lines": page(LEAD, SUPPORT, change=[LEAD, SUPPORT], make=_deal),
    "crm:settings": page(LEAD),
    "crm:change_settings": post(LEAD),
}
