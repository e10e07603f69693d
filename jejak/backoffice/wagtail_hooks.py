"""Hang the frame into Wagtail: the icons, the places of the menu that belong to nobody else."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from jejak.backoffice import assets, icons, late_words, menu

late_words.free()


@hooks.register("register_icons")
def register_icons(names: list[str]) -> list[str]:
    """Phosphor as jk-…, for Wagtail's own screens. The files are templates too: TEMPLATES in settings.py."""
    ours = [f"phosphor/{name}.svg" for name in (*icons.DUOTONE, *icons.REGULAR)]
    return names + [name for name in ours if (assets.VENDOR / name).exists()]


menu.place("home", _("Home"), icon="house-line", url_name="wagtailadmin_home", order=menu.HOME)
menu.place("settings", _("Settings"), icon="gear-six", url_name="backoffice:settings", order=menu.SETTINGS)
menu.entry(
    "settings",
    "staff",
    _("Staff"),
    icon="users-four",
    url_name="wagtailusers_users:index",
    order=10,
    permission="staff.change_user",
    description=_("Who logs in to the back office."),
)
menu.entry(
    "settings",
    "roles",
    _("Roles"),
    icon="shield-check",
    url_name="wagtailusers_groups:index",
    order=20,
    permission="auth.change_group",
    description=_("What each group of staff may see and do."),
)
menu.entry(
    "settings",
    "account",
    _("Your account"),
    icon="user-circle",
    url_name="wagtailadmin_account",
    order=900,
    description=_("Name, password, language, time zone, light or dark."),
)
