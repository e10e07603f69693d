"""Kinds of values that endpoints take."""

from typing import Annotated

from pydantic import Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A line: a name, a title."""
LongText = Annotated[str, StringConstraints(max_length=10_000)]
"""Text that somebody wrote."""
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The number of a record in a body or a query; in a path, `{int:…}` says it."""
