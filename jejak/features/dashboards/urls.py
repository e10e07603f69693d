"""Addresses of dashboards, under /app/dashboards/."""

from django.urls import path

from jejak.features.dashboards import alert_views, owned_views, telling_views, views

app_name = "dashboards"
urlpatterns = [
    path("", views.Dashboards.as_view(), name="dashboards"),
    path("alerts/", alert_views.Alerts.as_view(), name="alerts"),
    path("alerts/<int:alert_id>/", alert_views.One.as_view(), name="alert"),
    path("alerts/<int:alert_id>/answer/", alert_views.Answer.as_view(), name="answer_alert"),
    path("mine/", owned_views.Mine.as_view(), name="mine"),
    path("telling/", telling_views.Telling.as_view(), name="telling"),
    path("telling/digests/new/", telling_views.DigestPage.as_view(), name="new_digest"),
    path("telling/digests/<int:pk>/", telling_views.DigestPage.as_view(), name="digest"),
    path("telling/rules/new/", telling_views.RulePage.as_view(), name="new_rule"),
    path("telling/rules/<int:pk>/", telling_views.RulePage.as_view(), name="rule"),
    path("telling/hooks/new/", telling_views.HookPage.as_view(), name="new_hook"),
    path("telling/hooks/<int:pk>/", telling_views.HookPage.as_view(), name="hook"),
    path("new/", views.Make.as_view(), name="new"),
    path("places/", views.Places.as_view(), name="places"),
    path("put/", views.Put.as_view(), name="put"),
    path("<int:dashboard_id>/", views.One.as_view(), name="dashboard"),
    path("<int:dashboard_id>/tiles/of/<str:lane>/", views.Lane.as_view(), name="lane"),
    path("<int:dashboard_id>/change/", views.Change.as_view(), name="change"),
    path("<int:dashboard_id>/delete/", views.Delete.as_view(), name="delete"),
    path("<int:dashboard_id>/copy/", views.Copy.as_view(), name="copy"),
    path("<int:dashboard_id>/arrange/", views.Arrange.as_view(), name="arrange"),
    path("<int:dashboard_id>/wall/", views.Wall.as_view(), name="wall"),
    path("<int:dashboard_id>/pdf/", views.Pdf.as_view(), name="pdf"),
    path("<int:dashboard_id>/links/", views.Links.as_view(), name="links"),
    path("<int:dashboard_id>/links/<int:link_id>/withdraw/", views.Withdraw.as_view(), name="withdraw"),
    path("<int:dashboard_id>/tiles/add/", views.PutTile.as_view(), name="add_tile"),
    path("<int:dashboard_id>/tiles/preview/", views.Preview.as_view(), name="preview"),
    path("<int:dashboard_id>/tiles/<int:tile_id>/", views.PutTile.as_view(), name="tile"),
    path("<int:dashboard_id>/tiles/<int:tile_id>/off/", views.TakeOff.as_view(), name="take_off"),
]
