"""Addresses of dashboards, under /app/dashboards/."""

from django.urls import path

from jejak.features.dashboards import alert_views, views

app_name = "dashboards"
urlpatterns = [
    path("", views.Dashboards.as_view(), name="dashboards"),
    path("alerts/", alert_views.Alerts.as_view(), name="alerts"),
    path("alerts/<int:alert_id>/", alert_views.One.as_view(), name="alert"),
    path("alerts/<int:alert_id>/answer/", alert_views.Answer.as_view(), name="answer_alert"),
    path("<int:dashboard_id>/", views.One.as_view(), name="dashboard"),
]
