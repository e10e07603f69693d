"""Who may do what: the six roles, and what each is given.

A feature declares it in a module `roles.py` of its own:

    from jejak.staff import roles
    from jejak.staff.roles import ANALYST, LEAD, MARKETING, SUPPORT, VIEWER

    roles.allow("crm.view_deal", LEAD, SUPPORT, MARKETING, ANALYST)
    roles.allow("crm.change_deal", LEAD, SUPPORT)
    roles.define("crm.assign_deal", "deal", "Can give deals to others")  # beside view, add, change, delete

The administrator is Django's superuser and may do everything, so nothing is declared for it. The other five are
groups. `apply()` makes them and gives what was never given before; what an administrator took away stays away.
A page then asks for the permission: `permission = "crm.view_deal"` (backoffice/frame.py), an endpoint by
`auth=api.needs("deals:read", "crm.view_deal")`, a template by `{% if perms.crm.change_deal %}`.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from jejak.staff.models import Role, User

ADMINISTRATOR = "administrator"
LEAD = "lead"
SUPPORT = "support"
MARKETING = "marketing"
ANALYST = "analyst"
VIEWER = "viewer"

TITLES: dict[str, Promise] = {
    ADMINISTRATOR: _("Administrator"),
    LEAD: pgettext_lazy("role", "Lead"),  # A lead of leads.py is another word.
    SUPPORT: _("Support"),
    MARKETING: _("Marketing"),
    ANALYST: _("Analyst"),
    VIEWER: _("Viewer"),
}
SENTENCES: dict[str, Promise] = {
    ADMINISTRATOR: _("Everything, also settings, sources and staff."),
    LEAD: _("Sees and changes all that is about customers, and reads the audit log. No technical settings."),
    SUPPORT: _("Helps people: sees and changes them, their tasks and deals, and merges double ones."),
    MARKETING: _("Reaches people: sees them, imports and exports them, and writes the content."),
    ANALYST: _("Reads numbers and people, and changes nothing. Exports mask names and addresses."),
    VIEWER: _("Reads home and insights. Sees no person, changes nothing."),
}
GROUPS = (LEAD, SUPPORT, MARKETING, ANALYST, VIEWER)
"""The roles that are groups, from the one that may most to the one that may least."""


class UnknownRole(Exception):
    """Nothing can be given to a role that there is not."""


_allowed: dict[str, set[str]] = {}
_defined: dict[str, tuple[str, str]] = {}
_more: list[Callable[[dict[str, Group]], None]] = []


def allow(permission: str, *to: str) -> None:
    """Declare that these roles have a permission ("app.codename"). Raises UnknownRole, ValueError."""
    if unknown := set(to) - set(GROUPS):
        raise UnknownRole(", ".join(sorted(unknown)))
    if permission.count(".") != 1:
        raise ValueError(f"A permission is called app.codename, not {permission!r}.")
    _allowed.setdefault(permission, set()).update(to)


def define(permission: str, model: str, name: str) -> None:
    """Declare a permission beside those that Django makes for each model; `apply()` makes its row.

    model: the lower-case name of a model of that app. name: as the roles screen shows it: gettext_noop("Can …").
    """
    _defined[permission] = (model, name)


def also(give: Callable[[dict[str, Group]], None]) -> Callable[[dict[str, Group]], None]:
    """Have something called with the groups that were just made, by role: what is given by other means
    than permissions, such as Wagtail's rights to pages."""
    _more.append(give)
    return give


def declared() -> dict[str, set[str]]:
    """Return every declared permission with the roles that have it."""
    for config in apps.get_app_configs():
        if config.name.startswith("jejak") and module_has_submodule(config.module, "roles"):
            import_module(f"{config.name}.roles")
    return {permission: set(to) for permission, to in sorted(_allowed.items())}


@transaction.atomic
def apply() -> None:
    """Make the roles that there are not yet, and give each what was never given to it.

    A permission that the database does not know (its migration is not there yet) waits until it does.
    """
    allowed = declared()
    _make_defined()
    known = {f"{p.content_type.app_label}.{p.codename}": p for p in _permissions(allowed)}
    roles = {role.key: role for role in Role.objects.select_related("group")}
    made: dict[str, Group] = {}
    for key in GROUPS:
        role = roles.get(key)
        if role is None:
            group, _created = Group.objects.get_or_create(name=key.capitalize())
            role = Role.objects.create(key=key, group=group)
            made[key] = group
        if role.group is None:
            continue
        new = [name for name, to in allowed.items() if key in to and name in known and name not in role.given]
        if new:
            role.group.permissions.add(*(known[name] for name in new))
            role.given = sorted([*role.given, *new])
            role.save(update_fields=["given"])
    if made:
        for give in _more:
            give(made)


def of(user: Any) -> list[str]:
    """Return the roles that somebody has: one of them as a rule, several where they wear several hats."""
    if user.is_superuser:
        return [ADMINISTRATOR]
    keys = set(Role.objects.filter(group__user=user).values_list("key", flat=True))
    return [key for key in GROUPS if key in keys]


def title(group: Group) -> str:
    """Return how a role is called: ours in the reader's language, unless somebody gave it another name."""
    key = group.staff_role.key if hasattr(group, "staff_role") else ""
    return str(TITLES[key]) if group.name == key.capitalize() else group.name


def give(user: User, *keys: str) -> None:
    """Let somebody have these roles, and no other of ours. Raises UnknownRole."""
    if unknown := set(keys) - {ADMINISTRATOR, *GROUPS}:
        raise UnknownRole(", ".join(sorted(unknown)))
    ours = Group.objects.filter(staff_role__isnull=False)
    user.groups.remove(*ours)
    user.groups.add(*ours.filter(staff_role__key__in=keys))
    if user.is_superuser != (ADMINISTRATOR in keys):
        user.is_superuser = ADMINISTRATOR in keys
        user.save(update_fields=["is_superuser"])


def _make_defined() -> None:
    there = {f"{p.content_type.app_label}.{p.codename}" for p in _permissions(_defined)}
    for permission in _defined.keys() - there:
        app, codename = permission.split(".")
        model, name = _defined[permission]
        content_type = ContentType.objects.get_by_natural_key(app, model)
        Permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )


def _permissions(names: Iterable[str]) -> Iterable[Permission]:
    wanted = Q()
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.filter(wanted).select_related("content_type") if wanted else []


# What everybody on the staff may: enter the back office. And what is the kernel's own.
allow("wagtailadmin.access_admin", *GROUPS)
allow("staff.view_auditentry", LEAD)
allow("staff.view_team", LEAD)
allow("staff.view_token", LEAD, MARKETING, ANALYST)
allow("staff.add_token", LEAD, MARKETING, ANALYST)

# People, before there were features for them.
allow("people.view_person", LEAD, SUPPORT, MARKETING, ANALYST)
allow("people.view_company", LEAD, SUPPORT, MARKETING, ANALYST)
allow("people.add_person", LEAD, SUPPORT, MARKETING)
allow("people.change_person", LEAD, SUPPORT, MARKETING)
allow("people.add_company", LEAD, SUPPORT, MARKETING)
allow("people.change_company", LEAD, SUPPORT, MARKETING)
allow("people.delete_company", LEAD)
define("people.merge_people", "person", gettext_noop("Can merge people, and take merges apart"))
define("people.export_person", "person", gettext_noop("Can export people, with personal data masked"))
define("people.export_unmasked", "person", gettext_noop("Can export people with their personal data"))
define("people.forget_person", "person", gettext_noop("Can forget a person everywhere"))
allow("people.merge_people", LEAD, SUPPORT)
allow("people.export_person", LEAD, MARKETING, ANALYST)
allow("people.export_unmasked", LEAD, MARKETING)
allow("people.forget_person", LEAD)
