"""Addresses of the insights, under /app/insights/."""

from django.urls import path

from jejak.features.insights import annotation_views, explorer_views, sharing_views, views

app_name = "insights"
urlpatterns = [
    path("", views.Insights.as_view(), name="insights"),
    path("numbers/", views.Numbers.as_view(), name="numbers"),
    path("today/", views.Today.as_view(), name="today"),
    path("voices/", views.Voices.as_view(), name="voices"),
    path("people/", views.PeopleBehind.as_view(), name="people"),
    path("explore/", explorer_views.Explore.as_view(), name="explore"),
    path("explore/people/", explorer_views.ExplorePeople.as_view(), name="explore_people"),
    path("explore/as/<str:kind>/", sharing_views.Export.as_view(), name="export"),
    path("explore/sql/", explorer_views.Sql.as_view(), name="sql"),
    path("questions/", explorer_views.Questions.as_view(), name="questions"),
    path("questions/keep/", explorer_views.Keep.as_view(), name="keep"),
    path("questions/<int:pk>/", explorer_views.Open.as_view(), name="question"),
    path("questions/<int:pk>/delete/", explorer_views.Delete.as_view(), name="delete_question"),
    path("questions/<int:pk>/embeddings/", sharing_views.Embeddings.as_view(), name="embeddings"),
    path(
        "questions/<int:pk>/embeddings/<int:embedding_id>/withdraw/",
        sharing_views.Withdraw.as_view(),
        name="withdraw_embedding",
    ),
    path("annotations/", annotation_views.Annotations.as_view(), name="annotations"),
    path("annotations/add/", annotation_views.Add.as_view(), name="add_annotation"),
    path("annotations/<int:pk>/", annotation_views.Change.as_view(), name="annotation"),
    path("annotations/<int:pk>/delete/", annotation_views.Delete.as_view(), name="delete_annotation"),
]
