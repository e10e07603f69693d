"""Addresses of the insights, under /app/insights/."""

from django.urls import path

from jejak.features.insights import views

app_name = "insights"
urlpatterns = [
    path("", views.Insights.as_view(), name="insights"),
    path("numbers/", views.Numbers.as_view(), name="numbers"),
    path("today/", views.Today.as_view(), name="today"),
    path("voices/", views.Voices.as_view(), name="voices"),
    path("people/", views.PeopleBehind.as_view(), name="people"),
]
