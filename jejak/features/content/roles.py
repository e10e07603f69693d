"""Who may write pages and keep pictures and files: Wagtail's own rights, given to our roles."""

from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupApprovalTask, GroupCollectionPermission, GroupPagePermission

from jejak.features.content.models import Page
from jejak.staff import roles

_PAGES = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page")
# Wagtail keeps the rights to our own pictures and files under the names of its own.
_LIBRARY = {"wagtailimages": "image", "wagtaildocs": "document"}
_KEEPING = ("add", "change", "choose")
_OF_WAGTAIL = ("Editors", "Moderators")


@roles.also
def give(made: dict[str, Group]) -> None:
    """Let leads and marketing write, publish and keep files, and support and analysts choose them."""
    for key in (roles.LEAD, roles.MARKETING):
        if key in made:
            _give_pages(made[key])
            _give_library(made[key], _KEEPING)
    for key in (roles.SUPPORT, roles.ANALYST):
        if key in made:
            _give_library(made[key], ("choose",))
    if lead := made.get(roles.LEAD):
        _stand_in_for_wagtails(lead)


def _give_pages(group: Group) -> None:
    root = Page.objects.filter(depth=1).first()
    if root is None:
        return
    for permission in Permission.objects.filter(
        content_type__app_label="content", content_type__model="page", codename__in=_PAGES
    ):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)


def _give_library(group: Group, verbs: tuple[str, ...]) -> None:
    root = Collection.get_first_root_node()
    if root is None:
        return
    codenames = [f"{verb}_{model}" for verb in verbs for model in _LIBRARY.values()]
    for permission in Permission.objects.filter(content_type__app_label__in=_LIBRARY, codename__in=codenames):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)


def _stand_in_for_wagtails(lead: Group) -> None:
    """Take away the two groups that Wagtail's migrations made, where nobody is in them: six roles are enough."""
    for group in Group.objects.filter(name__in=_OF_WAGTAIL, user=None):
        for task in GroupApprovalTask.objects.filter(groups=group):
            task.groups.add(lead)
        group.delete()
