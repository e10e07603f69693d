"""A value inside a JSON column, written alike in an index and in a question, so that the one serves the other."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Expression, F, FloatField, Func, TextField

_LONGEST = 200


class _Inside(Func):
    """path: the keys from the column down to the value; they are ours and hold letters, digits, _ and - only."""

    def __init__(self, expression: Expression | F | str, path: tuple[str, ...], **extra: Any) -> None:
        self.path = path
        super().__init__(expression, **extra)

    def _written(self, compiler: Any, connection: Any, template: str, **context: Any) -> Any:
        within, params = compiler.compile(self.source_expressions[0])
        if connection.vendor == "sqlite":
            path = "'$" + "".join(f'."{key}"' for key in self.path) + "'"
        else:
            path = "'{" + ",".join(self.path) + "}'"
        times = template.count("{within}")
        return template.format(within=within, path=path), [*params] * times

    @property
    def identity(self) -> Any:
        return (*super().identity, ("path", self.path))


class TextInside(_Inside):
    """The value as text in small letters, its first 200 characters; NULL where none is held. Yes and no are true, false."""

    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        return self._written(
            compiler,
            connection,
            "(CASE json_type({within}, {path}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'"
            f" ELSE lower(substr(json_extract({{within}}, {{path}}), 1, {_LONGEST})) END)",
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # In the order of bytes, so that beginnings are a range of the index.
        return self._written(
            compiler, connection, f'(lower(left({{within}} #>> {{path}}, {_LONGEST})) COLLATE "C")'
        )


class NumberInside(_Inside):
    """The value as a number; NULL where none is held, or something else."""

    output_field = FloatField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        return self._written(
            compiler,
            connection,
            "(CASE WHEN json_type({within}, {path}) IN ('integer', 'real')"
            " THEN CAST(json_extract({within}, {path}) AS REAL) END)",
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self._written(
            compiler,
            connection,
            "(CASE WHEN jsonb_typeof({within} #> {path}) = 'number' THEN ({within} #>> {path})::float8 END)",
        )


class SmallColumn(Func):
    """The text of a column in small letters, in the order of bytes: an index of it serves what begins so too."""

    function = "lower"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='(lower(%(expressions)s) COLLATE "C")', **context)


class Small(Func):
    """A given text as TextInside holds it."""

    function = "lower"
    output_field = TextField()


class Numbers(Func):
    """Many whole numbers as a subquery: one text on SQLite, which takes 32,766 values at most, an array on PostgreSQL."""

    output_field = BigIntegerField()
    subquery = True

    def __init__(self, numbers: Iterable[int], **extra: Any) -> None:
        self.numbers = list(numbers)
        super().__init__(**extra)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        return "(SELECT value FROM json_each(%s))", [json.dumps(self.numbers)]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return "(SELECT unnest(%s::bigint[]))", [self.numbers]
