"""Staff and roles, as administrators see them: Wagtail's views with our words, icons and forms."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import TitleColumn
from wagtail.users.views import groups, users

from jejak.staff import audit, roles
from jejak.staff.forms import AddStaffForm, EditStaffForm
from jejak.staff.models import User

_RIGHTS = {"groups", "is_superuser", "is_active", "teams", "sees"}


class StaffIndex(users.IndexView):
    page_title = _("Staff")
    add_item_label = _("Add somebody")


class AddStaff(users.CreateView):
    page_title = _("Add somebody")
    success_message = _("%(object)s can log in now.")

    def save_instance(self) -> Any:
        with transaction.atomic():
            member = super().save_instance()
            _note(self.request, audit.ADDED, member, detail=_rights(member))
        return member


class EditStaff(users.EditView):
    success_message = _("%(object)s is saved.")

    def save_instance(self) -> Any:
        before = _rights(User.objects.get(pk=self.object.pk))
        with transaction.atomic():
            member = super().save_instance()
            after = _rights(User.objects.get(pk=member.pk))
            if before != after:
                changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
                _note(self.request, audit.ROLE_CHANGED, member, detail=changed)
            fields = [name for name in self.form.changed_data if name not in _RIGHTS]
            if "password1" in fields:
                _note(self.request, audit.PASSWORD_CHANGED, member)
            if names := [name for name in fields if not name.startswith("password")]:
                _note(self.request, audit.CHANGED, member, detail={"fields": names})
        return member


class DeleteStaff(users.DeleteView):
    page_title = _("Remove from staff")
    success_message = _("%(object)s is removed.")

    def delete_action(self) -> None:
        _note(self.request, audit.DELETED, self.object)
        super().delete_action()


class StaffViewSet(users.UserViewSet):
    icon = "jk-users-four"
    menu_label = _("Staff")
    index_view_class = StaffIndex
    add_view_class = AddStaff
    edit_view_class = EditStaff
    delete_view_class = DeleteStaff
    create_template_name = "staff/member.html"
    edit_template_name = "staff/member.html"

    def get_form_class(self, for_update: bool = False) -> Any:
        return EditStaffForm if for_update else AddStaffForm


class RoleIndex(groups.IndexView):
    page_title = _("Roles")
    add_item_label = _("Add a role")
    search_box_placeholder = _("Search roles")
    columns = [
        TitleColumn(
            "name",
            label=_("Name"),
            accessor=roles.title,
            sort_key="name",
            url_name="wagtailusers_groups:edit",
        )
    ]

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("staff_role")


class AddRole(groups.CreateView):
    page_title = _("Add a role")
    success_message = _("The role %(object)s is there now.")


class EditRole(groups.EditView):
    success_message = _("The role %(object)s is saved.")

    def process_form(self) -> Any:
        before = _permissions(self.object)
        with transaction.atomic():
            response = super().process_form()
            after = _permissions(self.object)
            if before != after:
                detail = {"given": sorted(after - before), "taken": sorted(before - after)}
                _note_role(self.request, audit.ROLE_CHANGED, self.object, detail=detail)
        return response


class DeleteRole(groups.DeleteView):
    def delete_action(self) -> None:
        _note_role(self.request, audit.DELETED, self.object)
        super().delete_action()

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


def _rights(member: User) -> dict[str, Any]:
    """Return what somebody may, as the audit log keeps it."""
    return {
        "roles": sorted(member.groups.values_list("name", flat=True)),
        "administrator": member.is_superuser,
        "active": member.is_active,
        "teams": sorted(member.teams.values_list("key", flat=True)),
        "sees": str(member.sees),
    }


def _permissions(group: Group) -> set[str]:
    held = Permission.objects.filter(group=group.pk)
    return {f"{app}.{name}" for app, name in held.values_list("content_type__app_label", "codename")}


def _note(request: HttpRequest, verb: str, member: User, *, detail: dict[str, Any] | None = None) -> None:
    audit.note(request, verb, kind="staff", record_id=member.pk, title=member.get_username(), detail=detail)


def _note_role(
    request: HttpRequest, verb: str, group: Group, *, detail: dict[str, Any] | None = None
) -> None:
    audit.note(request, verb, kind="role", record_id=group.pk, title=group.name, detail=detail)
