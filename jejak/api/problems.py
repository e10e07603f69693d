"""Problems: everything that goes wrong leaves in one form, RFC 9457's application/problem+json."""

import json
import logging
import traceback
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, ConfigDict, Field

log = logging.getLogger("jejak.api")

MEDIA_TYPE = "application/problem+json"
_TITLES = {422: "Unprocessable Content", 413: "Content Too Large"}


class Problem(Exception):
    """Answer with this status and sentence.

    code: a word for programs, such as "scope_missing". more: further members of the answer.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.headers = dict(headers or {})
        self.more = more


class Fault(BaseModel):
    """One thing in a request that does not fit."""

    pointer: str = Field(
        description="Where in the body, as a JSON pointer: “#/name”. Empty elsewhere.", default=""
    )
    parameter: str = Field(
        description="Which parameter of the path or the query. Empty for the body.", default=""
    )
    detail: str


class ProblemOut(BaseModel):
    """What went wrong, as RFC 9457 lays it out."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(description="Always “about:blank”: the status says what kind it is.")
    title: str
    status: int
    detail: str
    code: str = Field(description="A word for programs, where there is something to tell apart.", default="")
    errors: list[Fault] = Field(description="What in the request does not fit.", default=[])


def answer(request: HttpRequest, error: Any) -> HttpResponse:
    """Return the problem that an exception is. What nobody foresaw is logged, and leaves only an id."""
    return render(_problem(request, error))


def render(problem: Problem) -> HttpResponse:
    """Return a problem as an answer."""
    held: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(problem.status),
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.code:
        held["code"] = problem.code
    held |= problem.more
    return HttpResponse(
        json.dumps(held), status=problem.status, content_type=MEDIA_TYPE, headers=problem.headers
    )


def _problem(request: HttpRequest, error: BaseException) -> Problem:
    match error:
        case Problem():
            return error
        case ValidationError():
            return Problem(
                422, "The request does not fit.", code="invalid", errors=[_fault(one) for one in error.errors]
            )
        case DjangoValidationError():
            return Problem(422, "The request does not fit.", code="invalid", errors=_faults_of_django(error))
        case Http404():
            return Problem(404, "There is no such record, or it is out of your reach.", code="not_found")
        case PermissionDenied():
            return Problem(403, "Your role does not allow this.", code="not_allowed")
        case HttpError():
            return Problem(error.status_code, error.message)
        case RequestDataTooBig():
            return Problem(413, "The body is too large.", code="too_large")
        case UnreadablePostError():
            return Problem(400, "The body broke off.", code="unreadable")
        case SuspiciousOperation() | BadRequest():
            return Problem(400, "The request cannot be understood.", code="unreadable")
    return _unforeseen(request, error)


def _unforeseen(request: HttpRequest, error: BaseException) -> Problem:
    number = uuid.uuid4().hex[:12]
    # Without the exception's own words: a database writes into them what stood in the row.
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s %s failed (%s): %s\n%s", request.method, request.path, number, type(error).__name__, where)
    detail = str(error) if settings.DEBUG else "Something went wrong here. It is in the log under this id."
    return Problem(500, detail, code="unforeseen", id=number)


def _fault(one: dict[str, Any]) -> dict[str, str]:
    where, *path = one["loc"]
    if where in {"body", "form", "file"}:
        return {"pointer": "#" + "".join(f"/{_escaped(step)}" for step in path), "detail": one["msg"]}
    return {"parameter": ".".join(str(step) for step in path), "detail": one["msg"]}


def _faults_of_django(error: DjangoValidationError) -> list[dict[str, str]]:
    if not hasattr(error, "error_dict"):
        return [{"pointer": "#", "detail": sentence} for sentence in error.messages]
    return [
        {"pointer": "#" if name == "__all__" else f"#/{_escaped(name)}", "detail": sentence}
        for name, sentences in error.message_dict.items()
        for sentence in sentences
    ]


def _escaped(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _title(status: int) -> str:
    return _TITLES.get(status) or HTTPStatus(status).phrase
