"""Words that Wagtail fixes when it starts, said again in the language of whoever looks.

Its forms of a role's rights over pages, pictures and documents translate their headings once, while they are imported:
everybody saw them in the language of the install. The lists are changed in place, as labels within the forms hold them.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.collections import GroupCollectionManagementPermissionFormSet
from wagtail.documents.forms import GroupDocumentPermissionFormSet
from wagtail.images.forms import GroupImagePermissionFormSet
from wagtail.users.forms import GroupPagePermissionFormSet

_WORDS: dict[str, tuple[Promise, Promise]] = {
    "add_image": (_("Add"), _("Add pictures, and change one's own")),
    "change_image": (_("Edit"), _("Change any picture")),
    "choose_image": (_("Choose"), _("Choose pictures for pages")),
    "add_collection": (_("Add"), _("Add collections")),
    "change_collection": (_("Edit"), _("Change collections")),
    "delete_collection": (_("Delete"), _("Delete collections")),
}


def free() -> None:
    """Let these words follow the reader's language. What a newer Wagtail adds keeps its own."""
    for formset in (
        GroupImagePermissionFormSet,
        GroupDocumentPermissionFormSet,
        GroupCollectionManagementPermissionFormSet,
    ):
        types: list[tuple[str, Any, Any]] = formset.permission_types
        types[:] = [(key, *_WORDS.get(key, (short, long))) for key, short, long in types]
        formset.form.base_fields["collection"].label = _("Collection")
    GroupPagePermissionFormSet.form.base_fields["page"].label = _("Page")
