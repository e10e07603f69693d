"""Addresses of the frame itself, under /app/ and before Wagtail's."""

from django.urls import path

from jejak.backoffice import views

app_name = "backoffice"
urlpatterns = [
    path("components/", views.Components.as_view(), name="components"),
    path("find/", views.Search.as_view(), name="search"),
    path("settings/", views.Settings.as_view(), name="settings"),
    path("preferences/", views.Preferences.as_view(), name="preferences"),
    path("language/", views.Language.as_view(), name="language"),
]
