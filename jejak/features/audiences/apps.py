"""The pages of audiences as an app of Django's; the kernel's audiences have the label of that name."""

from django.apps import AppConfig


class AudiencePagesConfig(AppConfig):
    name = "jejak.features.audiences"
    label = "audience_pages"
