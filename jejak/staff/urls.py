"""Addresses of teams, tokens and the audit log, under /app/settings/."""

from django.urls import path

from jejak.staff import views

app_name = "staff"
urlpatterns = [
    path("teams/", views.Teams.as_view(), name="teams"),
    path("teams/add/", views.AddTeam.as_view(), name="add_team"),
    path("teams/<int:team_id>/", views.EditTeam.as_view(), name="team"),
    path("teams/<int:team_id>/delete/", views.DeleteTeam.as_view(), name="delete_team"),
    path("tokens/", views.Tokens.as_view(), name="tokens"),
    path("tokens/add/", views.AddToken.as_view(), name="add_token"),
    path("tokens/<int:token_id>/revoke/", views.RevokeToken.as_view(), name="revoke_token"),
    path("audit/", views.Audit.as_view(), name="audit"),
    path("audit/export/", views.ExportAudit.as_view(), name="export_audit"),
]
