"""Addresses of the imports, under /app/imports/."""

from django.urls import path

from jejak.features.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.Imports.as_view(), name="list"),
    path("new/", views.Upload.as_view(), name="new"),
    path("<int:import_id>/", views.One.as_view(), name="one"),
    path("<int:import_id>/columns/", views.Columns.as_view(), name="columns"),
    path("<int:import_id>/start/", views.Start.as_view(), name="start"),
    path("<int:import_id>/stop/", views.Stop.as_view(), name="stop"),
    path("<int:import_id>/remove/", views.Remove.as_view(), name="remove"),
    path("<int:import_id>/rejects/", views.Rejects.as_view(), name="rejects"),
    path("<int:import_id>/mapping/", views.MappingText.as_view(), name="mapping"),
]
