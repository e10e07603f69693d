"""Give the base page its locale, once Wagtail has made the table of locales."""

from django.db import migrations
from wagtail.models import BootstrapLocaleField, BootstrapTranslatableModel, BootstrapTranslationKeyField


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0001_initial'),
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        BootstrapLocaleField('content.Page'),
        BootstrapTranslationKeyField('content.Page'),
        BootstrapTranslatableModel('content.Page'),
    ]
