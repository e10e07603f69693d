from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0002_icon_of_own_objects'),
    ]

    operations = [
        migrations.AddField(
            model_name='changedrecord',
            name='undone',
            field=models.CharField(blank=True, db_default='', default='', max_length=5),
        ),
        migrations.AddField(
            model_name='changedrecord',
            name='kept_for',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]
