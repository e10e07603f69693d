"""Who may see what: every address is asked as each role and as nobody.

What Jejak's own pages answer is held against tests/access.py of each feature; what Wagtail's do, against the table
here. An address that nobody spoke of fails the first test.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from wagtail.models import Collection, Locale

from jejak.api import limits
from jejak.features.content.models import Page
from jejak.staff.models import User
from jejak.staff.tests.makers import make_staff
from tests import access
from tests.access import EVERYBODY, LEAD, MARKETING, ROLES

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])

RULES = access.declared()
_ANYBODY = (*EVERYBODY,)
_EDITORS = (LEAD, MARKETING)
_NOBODY_ELSE = ()

# Wagtail's own pages: patterns of names, the first that fits counts.
WAGTAIL: dict[str, tuple[str, ...]] = {
    "wagtailadmin_home": _ANYBODY,
    "wagtailadmin_account": _ANYBODY,
    "wagtailadmin_dismissibles": _ANYBODY,
    "wagtailadmin_editing_sessions:*": _ANYBODY,
    "wagtailadmin_block_preview": _ANYBODY,
    "wagtailadmin_tag_*": _ANYBODY,
    "wagtailadmin_error_test": _ANYBODY,
    "wagtailadmin_choose_*": _ANYBODY,
    "wagtailadmin_api:*": _ANYBODY,
    "wagtailembeds:*": _ANYBODY,
    "wagtailusers_users:*": _NOBODY_ELSE,
    "wagtailusers_groups:*": _NOBODY_ELSE,
    "wagtailsites:*": _NOBODY_ELSE,
    "wagtailadmin_collections:*": _NOBODY_ELSE,
    "wagtailadmin_workflows:task_chooser*": _ANYBODY,
    "wagtailadmin_workflows:*": _NOBODY_ELSE,
    "wagtailadmin_explore*": _EDITORS,
    "wagtailadmin_pages:*": _EDITORS,
    "wagtail_bulk_action": _EDITORS,
    "wagtailadmin_reports:site_history*": _ANYBODY,  # It lists what happened to what somebody may see.
    "wagtailadmin_reports:*": _EDITORS,
    "wagtailsnippets:*": _NOBODY_ELSE,
    "wagtail*_chooser:create": _EDITORS,
    "wagtail*_chooser:*": _ANYBODY,  # They list what somebody may choose: nothing for viewers.
    "wagtaildocs:*": _EDITORS,
    "wagtailimages:*": _EDITORS,
}
EMPTY = {"wagtailsnippets:index"}
"""Closed to all while there is nothing in them."""
PUBLIC = {
    "wagtailadmin_logout",
    "wagtailadmin_sprite",
    "wagtailadmin_login",
    "wagtailadmin_password_reset",
    "wagtailadmin_password_reset_done",
    "wagtailadmin_password_reset_confirm",
    "wagtailadmin_password_reset_complete",
    "wagtailadmin_javascript_catalog",
}
_ARGUMENTS = {"int": 999_999, "str": "nothing", "slug": "nothing", "path": "nothing", "uuid": "0" * 32}


def names() -> Iterator[tuple[str, str]]:
    """Return the name of every address and how it is written."""
    yield from _walk(get_resolver().url_patterns, (), "")


def _walk(patterns: Any, namespaces: tuple[str, ...], before: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, inner, route)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield ":".join((*namespaces, pattern.name)), route


@pytest.fixture(autouse=True)
def _roots():
    """What Wagtail's migrations make: roles are given their rights from there on."""
    Page.add_root(title="Root", slug="root", locale=Locale.objects.get_or_create(language_code="en")[0])
    Collection.add_root(name="Root")


@pytest.fixture(autouse=True)
def _without_refusals_in_the_log(caplog):
    caplog.set_level("CRITICAL", logger="django.request")


ALL = dict(names())
OURS = {name for name in ALL if not name.startswith("wagtail")}


def test_every_address_says_who_may_see_it():
    said = {name for rules in RULES.values() for name in rules}
    unsaid = [f"{name}  {ALL[name]}" for name in sorted(OURS - said)]
    assert not unsaid, (
        "Nobody said who may see these. Add them to ACCESS in tests/access.py of their feature "
        "(tests/access.py tells how):\n" + "\n".join(unsaid)
    )
    assert sorted(said - OURS) == [], "These are said of, but are not there."
    untold = [
        name for name in ALL.keys() - OURS - PUBLIC if not any(fnmatch(name, pattern) for pattern in WAGTAIL)
    ]
    assert untold == [], "Say in the table of tests/test_access.py who may see these pages of Wagtail."


# Its pages say which permission they need in a change of their own.
_WAITING: dict[str, list[pytest.MarkDecorator]] = {}


@pytest.mark.parametrize("folder", [pytest.param(folder, marks=_WAITING.get(folder, ())) for folder in RULES])
def test_each_page_lets_in_whom_it_is_for_and_nobody_else(folder, eventlog):
    limits.calls.forget()
    callers = _callers()
    wrong = []
    for name, rule in RULES[folder].items():
        for role, client in callers.items():
            address = reverse(name, kwargs=rule.make()) + rule.query  # Made for each: some pages delete it.
            wrong += [f"{name} as {role or 'nobody'}: {what}" for what in _asked(client, role, address, rule)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ["", *ROLES])
def test_wagtails_pages_let_in_whom_they_are_for(role):
    client = _callers(only=role)[role]
    wrong = []
    for name in sorted(ALL.keys() - OURS - PUBLIC - EMPTY):
        address = _some_address(name)
        if not address:
            continue
        response = client.get(address, headers=_SCRIPT if role else None)
        may = not role or role == access.ADMINISTRATOR or role in _wagtails(name)
        if not role:
            if not _sent_to_login(response):
                wrong.append(f"{name} lets nobody in: {response.status_code}")
        elif not may and response.status_code == 200:
            wrong.append(f"{name} lets {role} in, who should not be there")
        elif may and response.status_code == 403:
            wrong.append(f"{name} keeps {role} out, who should be let in")
    assert not wrong, "\n".join(wrong)


# A script is told 403; a browser is sent home with a message.
_SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


def _asked(client: Client, role: str, address: str, rule: access.Rule) -> Iterator[str]:
    """Return what an address answered that it should not have."""
    if rule.public:
        response = getattr(client, rule.method)(address)
        if response.status_code in {401, 403} or response.status_code >= 500 or _sent_to_login(response):
            yield f"it is for everybody, and answers {response.status_code}"
        return
    if rule.get is not None:
        yield from _held(client.get(address, headers=_SCRIPT if role else None), role, rule.get, rule, "GET")
    elif role:
        status = client.get(address, headers=_SCRIPT).status_code
        if status not in {302, 403, 405}:
            yield f"GET answers {status}, and it takes {rule.method.upper()} only"
    if rule.change is not None and not (rule.only_refusals and role in rule.change):
        send = getattr(client, rule.method)
        sent = {"data": b"{}", "content_type": "application/json"} if rule.api else {}
        response = send(address, headers=_SCRIPT if role else None, **sent)
        yield from _held(response, role, rule.change, rule, rule.method.upper())


def _held(response: Any, role: str, may: frozenset[str], rule: access.Rule, method: str) -> Iterator[str]:
    status = response.status_code
    if response.streaming:
        list(response.streaming_content)  # Read to its end, a file is closed.
    if not role:
        kept_out = status == 401 if rule.api else _sent_to_login(response)
        if not kept_out:
            yield f"{method} answers {status}"
    elif role in may:
        if status in {401, 403, 405} or status >= 500 or _sent_to_login(response):
            yield f"{method} answers {status}, and should let them in"
    elif status != 403:
        yield f"{method} answers {status}, and should keep them out (403)"


def _callers(*, only: str | None = None) -> dict[str, Client]:
    """Return a client for nobody (""), and one for each role, logged in."""
    clients = {}
    for role in ("", *ROLES):
        if only is not None and role != only:
            continue
        clients[role] = client = Client(raise_request_exception=False)
        if role:
            user: User = make_staff(f"ayu-{role}", role)
            client.force_login(user)
    return clients


def _sent_to_login(response: Any) -> bool:
    return response.status_code == 302 and response["Location"].startswith("/app/login/")


def _wagtails(name: str) -> tuple[str, ...]:
    """Return the roles that may see a page of Wagtail; () where only administrators do."""
    return next((roles for pattern, roles in WAGTAIL.items() if fnmatch(name, pattern)), ())


def _some_address(name: str) -> str:
    """Return an address of a page, of records that there are not."""
    arguments = {
        argument: _ARGUMENTS.get(kind or "str", 999_999)
        for kind, argument in re.findall(r"<(?:(\w+):)?(\w+)>", ALL[name])
    }
    try:
        return reverse(name, kwargs=arguments)
    except NoReverseMatch:
        return ""
