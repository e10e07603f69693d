"""Addresses of the sample, under /app/sample/."""

from django.urls import path

from jejak.features.sample import views

app_name = "sample"
urlpatterns = [
    path("make/", views.Make.as_view(), name="make"),
    path("remove/", views.Remove.as_view(), name="remove"),
]
