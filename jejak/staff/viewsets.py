"""Staff and roles, as administrators see them: Wagtail's views with our words, icons and forms."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.users.views import groups, users

from jejak.staff.forms import AddStaffForm, EditStaffForm


class StaffIndex(users.IndexView):
    page_title = _("Staff")
    add_item_label = _("Add somebody")


class AddStaff(users.CreateView):
    page_title = _("Add somebody")
    success_message = _("%(object)s can log in now.")


class EditStaff(users.EditView):
    success_message = _("%(object)s is saved.")


class DeleteStaff(users.DeleteView):
    page_title = _("Remove from staff")
    success_message = _("%(object)s is removed.")


class StaffViewSet(users.UserViewSet):
    icon = "jk-users-four"
    menu_label = _("Staff")
    index_view_class = StaffIndex
    add_view_class = AddStaff
    edit_view_class = EditStaff
    delete_view_class = DeleteStaff

    def get_form_class(self, for_update: bool = False) -> Any:
        return EditStaffForm if for_update else AddStaffForm


class RoleIndex(groups.IndexView):
    page_title = _("Roles")
    add_item_label = _("Add a role")
    search_box_placeholder = _("Search roles")


class AddRole(groups.CreateView):
    page_title = _("Add a role")
    success_message = _("The role %(object)s is there now.")


class EditRole(groups.EditView):
    success_message = _("The role %(object)s is saved.")


class DeleteRole(groups.DeleteView):
    page_title = _("Delete role")
    success_message = _("The role %(object)s is deleted.")
    confirmation_message = _("Delete this role? Whoever has it loses what it allows.")


class RoleViewSet(groups.GroupViewSet):
    icon = "jk-shield-check"
    menu_label = _("Roles")
    index_view_class = RoleIndex
    add_view_class = AddRole
    edit_view_class = EditRole
    delete_view_class = DeleteRole
