"""What is read without logging in: the picture of an answer, by its signed address."""

from django.urls import path

from jejak.features.insights import public

urlpatterns = [
    path("embed/<str:token>/", public.page, name="insights_embedded"),
    path("embed/<str:token>/picture.svg", public.picture, name="insights_embedded_picture"),
]
