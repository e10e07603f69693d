"""Pages, images and documents: our own models from the first migration on, so that they can grow."""

from django.db import models
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage
from wagtail.models import AbstractPage
from wagtail.models.pages import DefaultBasePageMixin


class Page(AbstractPage, DefaultBasePageMixin):
    """The base of every page that Jejak serves."""

    search_fields = AbstractPage.search_fields + DefaultBasePageMixin.search_fields
    promote_panels = DefaultBasePageMixin.promote_panels


class LibraryImage(AbstractImage):
    """A picture in the library."""

    admin_form_fields = WagtailImage.admin_form_fields


class Rendition(AbstractRendition):
    """One size and format of a picture."""

    image = models.ForeignKey(LibraryImage, models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = [("image", "filter_spec", "focal_point_key")]


class LibraryDocument(AbstractDocument):
    """A file in the library."""

    admin_form_fields = WagtailDocument.admin_form_fields
