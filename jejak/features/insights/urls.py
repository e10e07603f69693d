"""Addresses of the insights, under /app/insights/."""

from django.urls import path

from jejak.features.insights import views

app_name = "insights"
urlpatterns = [
    path("", views.Insights.as_view(), name="insights"),
    path("people/", views.PeopleBehind.as_view(), name="people"),
]
