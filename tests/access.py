"""Words for saying who may see and do what. A feature says it in its own `tests/access.py`:

    from tests.access import LEAD, SUPPORT, page, post

    ACCESS = {
        "crm:deals": page(LEAD, SUPPORT),                     # GET: these roles; the administrator always
        "crm:deal": page(LEAD, SUPPORT, change=[LEAD], make=lambda: {"deal_id": make_deal().pk}),
        "crm:move": post(LEAD, make=lambda: {"deal_id": make_deal().pk}),  # POST only
        "api:list_deals": endpoint(LEAD, SUPPORT),            # under /api/v1/: the same, and nobody gets 401
        "api:add_deal": endpoint(LEAD, method="post"),
    }

`make` makes what the address needs and returns its arguments. It is said apart from the views' own permissions,
on purpose: tests/test_access.py asks every page as each role and as nobody, and holds the answer against this.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from jejak.staff.roles import ADMINISTRATOR, ANALYST, GROUPS, LEAD, MARKETING, SUPPORT, VIEWER

__all__ = [
    "ADMINISTRATOR", "ANALYST", "EVERYBODY", "LEAD", "MARKETING", "ROLES", "SUPPORT", "VIEWER",
    "Rule", "declared", "endpoint", "page", "post", "public",
]  # fmt: skip

ROLES = (ADMINISTRATOR, *GROUPS)
EVERYBODY = GROUPS
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who may call one address, by which method. Administrators are always in it."""

    get: frozenset[str] | None = None
    """None: it is not for GET (405)."""
    change: frozenset[str] | None = None
    """Who may send the unsafe method; None: it takes none, or the same as GET and it need not be tried."""
    method: str = "post"
    public: bool = False
    api: bool = False
    make: Callable[[], dict[str, Any]] = dict
    query: str = ""
    only_refusals: bool = False


def page(
    *roles: str,
    change: Iterable[str] | None = None,
    make: Callable[[], dict[str, Any]] = dict,
    query: str = "",
    only_refusals: bool = False,
) -> Rule:
    """A page for these roles. change: who may send its form, where it has one. only_refusals: as with post()."""
    sends = None if change is None else _with_administrator(change)
    return Rule(
        get=_with_administrator(roles), change=sends, make=make, query=query, only_refusals=only_refusals
    )


def post(*roles: str, make: Callable[[], dict[str, Any]] = dict, only_refusals: bool = False) -> Rule:
    """An address that only takes POST, from these roles. only_refusals: who may is not tried, as it takes long."""
    return Rule(change=_with_administrator(roles), make=make, only_refusals=only_refusals)


def public(*, make: Callable[[], dict[str, Any]] = dict, method: str = "get") -> Rule:
    """An address for everybody in the world."""
    return Rule(public=True, method=method, make=make)


def endpoint(
    *roles: str, method: str = "get", make: Callable[[], dict[str, Any]] = dict, query: str = ""
) -> Rule:
    """An endpoint of the API, for these roles."""
    may = _with_administrator(roles)
    if method == "get":
        return Rule(get=may, api=True, make=make, query=query)
    return Rule(change=may, method=method, api=True, make=make, query=query)


def declared() -> dict[str, dict[str, Rule]]:
    """Return the rules of every folder that has a tests/access.py, by folder: "jejak/features/crm"."""
    found = {}
    for path in sorted(ROOT.glob("jejak/**/tests/access.py")):
        spec = spec_from_file_location("access_of_" + "_".join(path.relative_to(ROOT).parts[:-2]), path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        found[path.parent.parent.relative_to(ROOT).as_posix()] = dict(module.ACCESS)
    return found


def _with_administrator(roles: Iterable[str]) -> frozenset[str]:
    return frozenset({ADMINISTRATOR, *roles})
