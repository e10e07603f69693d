"""Addresses of the demo, under /app/demo/."""

from django.urls import path

from jejak.features.demo import views

app_name = "demo"
urlpatterns = [
    path("make/", views.Make.as_view(), name="make"),
    path("state/", views.State.as_view(), name="state"),
    path("remove/", views.Remove.as_view(), name="remove"),
]
