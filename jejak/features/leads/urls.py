"""Addresses of leads for staff, under /app/leads/."""

from django.urls import path

from jejak.features.leads import views

app_name = "leads"
urlpatterns = [
    path("", views.Leads.as_view(), name="leads"),
    path("<int:lead_id>/take-over/", views.TakeOver.as_view(), name="take_over"),
    path("forms/", views.Forms.as_view(), name="forms"),
    path("forms/new/", views.EditForm.as_view(), name="new_form"),
    path("forms/<int:pk>/", views.EditForm.as_view(), name="form"),
    path("score-rules/new/", views.EditScoreRule.as_view(), name="new_score_rule"),
    path("score-rules/<int:pk>/", views.EditScoreRule.as_view(), name="score_rule"),
    path("assignment-rules/new/", views.EditAssignmentRule.as_view(), name="new_assignment_rule"),
    path("assignment-rules/<int:pk>/", views.EditAssignmentRule.as_view(), name="assignment_rule"),
]
