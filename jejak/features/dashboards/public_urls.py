"""What is read without logging in: a dashboard, by its link."""

from django.urls import path

from jejak.features.dashboards import public, telling_views

urlpatterns = [
    path("told/stop/<str:token>/", telling_views.stop, name="dashboards_stop"),
    path("d/<str:token>/", public.page, name="dashboards_link"),
    path("d/<str:token>/<str:lane>/", public.lane, name="dashboards_link_lane"),
]
