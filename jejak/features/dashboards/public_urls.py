"""What is read without logging in: a dashboard, by its link."""

from django.urls import path

from jejak.features.dashboards import public

urlpatterns = [
    path("d/<str:token>/", public.page, name="dashboards_link"),
    path("d/<str:token>/<str:lane>/", public.lane, name="dashboards_link_lane"),
]
