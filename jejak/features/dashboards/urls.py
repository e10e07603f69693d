"""Addresses of dashboards, under /app/dashboards/."""

from django.urls import path

from jejak.features.dashboards import views

app_name = "dashboards"
urlpatterns = [
    path("", views.Dashboards.as_view(), name="dashboards"),
    path("<int:dashboard_id>/", views.One.as_view(), name="dashboard"),
]
