"""Puts our screens for staff and roles in the place of those of Wagtail."""

from wagtail.users.apps import WagtailUsersAppConfig


class StaffScreens(WagtailUsersAppConfig):
    """Stands in INSTALLED_APPS in place of wagtail.users."""

    user_viewset = "jejak.staff.viewsets.StaffViewSet"
    group_viewset = "jejak.staff.viewsets.RoleViewSet"

    def ready(self) -> None:
        super().ready()
        from jejak.staff.forms import suit_account_page  # Forms need all models to be there.

        suit_account_page()
