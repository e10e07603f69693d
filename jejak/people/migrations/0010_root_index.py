"""The index of who stands for somebody else leaves out those who stand for themselves.

They are nearly all, and a database that keeps no statistics took the index for a way to find them: each list of
people was then sorted whole.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0009_mirror")]
    operations = [
        migrations.SeparateDatabaseAndState(
            # Django would make the table of SQLite anew, and forget the indexes that it did not make.
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX IF EXISTS people_person_root_id_767e7200",
                    "CREATE INDEX people_person_root_id_767e7200 ON people_person (root_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    "person",
                    "root",
                    models.ForeignKey(
                        "people.Person",
                        models.PROTECT,
                        null=True,
                        blank=True,
                        related_name="trails",
                        db_index=False,
                    ),
                )
            ],
        ),
        migrations.AddIndex(
            "person",
            models.Index(fields=["root"], condition=models.Q(root__isnull=False), name="person_of_root"),
        ),
    ]
