"""Addresses of own fields and own objects, under /app/settings/fields/."""

from django.urls import path

from jejak.features.lists import field_pages

app_name = "lists_fields"
urlpatterns = [
    path("", field_pages.Objects.as_view(), name="objects"),
    path("objects/new/", field_pages.MakeObject.as_view(), name="new_object"),
    path("objects/<slug:kind>/", field_pages.ChangeObject.as_view(), name="object"),
    path("<slug:kind>/", field_pages.Fields.as_view(), name="fields"),
    path("<slug:kind>/new/", field_pages.MakeField.as_view(), name="new"),
    path("<slug:kind>/<int:field_id>/", field_pages.ChangeField.as_view(), name="field"),
]
