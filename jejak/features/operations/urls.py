"""The addresses of operations, under /app/operations/."""

from django.urls import path

from jejak.features.operations import views

app_name = "operations"
urlpatterns = [path("", views.Operations.as_view(), name="operations")]
