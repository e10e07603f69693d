"""The API as one: its addresses, its schema, and the guard around every answer."""

import functools
import json
from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path
from django.utils import translation
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from jejak.api import (
    catalogue,
    docs,
    endpoints,  # noqa: F401 - importing it registers the frame's own.
    idempotency,
    problems,
)
from jejak.api.callers import TokenAuth, needs
from jejak.api.problems import Problem

View = Callable[..., HttpResponseBase]
_WITH_BODY = {"POST", "PUT", "PATCH", "DELETE"}


def assemble(*, version: str, description: str) -> "Api":
    """Return the API of every feature that is installed."""
    api = Api(
        title="Jejak",
        version=version,
        description=description,
        urls_namespace="api",
        openapi_url="/openapi.json",
        docs=docs.Page(),
        docs_url="/docs",
        auth=needs(),
        parser=_Parser(),
    )
    for prefix, router in catalogue.listed().items():
        api.add_router(f"/{prefix}", router)
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, problems.answer)
    return api


class Api(NinjaAPI):
    """Ninja's, with our schema, and with every address guarded, also those that are not there."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        return _Schema(
            self, path_prefix if path_prefix is not None else self.get_root_path(path_params or {})
        )

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        found = []
        for context in error_contexts:
            # The body is the parameter itself, so its name is no step on the way into it.
            whole = getattr(context.model, "__read_from_single_attr__", None)
            for one in super().validation_error_from_error_contexts([context]).errors:
                where, *path = one["loc"]
                found.append(one | {"loc": (where, *path[path[:1] == [whole] :])})
        return ValidationError(found)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def _get_urls(self) -> list[Any]:
        pages = {"openapi-json", "openapi-view"}
        patterns = [*super()._get_urls(), re_path(r"^[\s\S]*$", _not_there, name="unknown")]
        for pattern in patterns:
            if isinstance(pattern, URLPattern) and pattern.name not in pages:
                pattern.callback = guarded(pattern.callback)
        return patterns


def guarded(view: View) -> View:
    """Return a view whose every answer is one of the API: what goes wrong in it leaves as a problem."""

    @functools.wraps(view)
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked_for_head = request.method == "HEAD"
        if asked_for_head:
            request.method = "GET"  # Answered as GET is; the server leaves the body away.
        try:
            with translation.override("en"):  # Programs read one language.
                _look_at(request)
                response = idempotency.once(request, lambda: view(request, *args, **kwargs))
        except Exception as error:
            response = problems.answer(request, error)
        finally:
            if asked_for_head:
                request.method = "HEAD"
        return _finished(request, response)

    guard.csrf_exempt = True  # type: ignore[attr-defined]  # callers.identify asks for it where it matters.
    return guard


class _Parser(Parser):
    """Takes JSON as RFC 8259 has it, and only what every database can hold."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        held: dict[str, Any] = json.loads(request.body, parse_constant=_not_json)
        return held


class _Schema(OpenAPISchema):
    """Tells also which scope an endpoint needs, and how problems look."""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details: dict[str, Any] = super().operation_details(operation)
        scope, permissions = _asked(operation)
        if scope or permissions:
            needed = [f"Scope: `{scope}`."] if scope else []
            needed += [f"Permission: `{permission}`." for permission in permissions]
            details["description"] = "\n\n".join([details.get("description", ""), " ".join(needed)]).strip()
            details["x-scope"] = scope
            details["x-permissions"] = list(permissions)
        return details

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        super().operation_security(operation)
        scope, _permissions = _asked(operation)
        return [{"TokenAuth": [scope] if scope else []}] if operation.auth_callbacks else None

    def responses(self, operation: Operation) -> dict[int, dict[str, Any]]:
        told: dict[int, dict[str, Any]] = super().responses(operation)
        for status in _problems_of(operation):
            told.setdefault(
                status,
                {
                    "description": problems._title(status),
                    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            )
        self.schemas.setdefault("Problem", _PROBLEM)
        self.schemas.setdefault("Fault", _FAULT)
        return told


_PROBLEM = problems.ProblemOut.model_json_schema(
    ref_template="#/components/schemas/{model}", mode="validation"
)
_FAULT = _PROBLEM.pop("$defs")["Fault"]


def _asked(operation: Operation) -> tuple[str, tuple[str, ...]]:
    for callback in operation.auth_callbacks:
        if isinstance(callback, TokenAuth):
            return callback.scope, callback.permissions
    return "", ()


def _problems_of(operation: Operation) -> list[int]:
    """Return the statuses that an endpoint can answer when something is wrong."""
    sources = {model.__ninja_param_source__ for model in operation.models}
    found = {400, 401, 403, 406, 429, 500}
    if sources:
        found |= {404, 422}
    if set(operation.methods) & _WITH_BODY:
        found |= {404, 409, 413, 415, 422}
    return sorted(found)


def _look_at(request: HttpRequest) -> None:
    """Refuse what no endpoint takes. Raises Problem."""
    texts = [request.path, *(text for pair in request.GET.lists() for text in (pair[0], *pair[1]))]
    if any(not _can_be_kept(text) for text in texts):
        raise Problem(400, "The address has characters that no text has.", code="unreadable")
    if request.method in _WITH_BODY and request.body:
        kind = request.content_type or ""
        if kind == "multipart/form-data":
            return
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise Problem(415, f"Send application/json, not {kind[:100] or 'nothing'}.", code="content_type")
        try:
            text = request.body.decode()
            held = json.loads(text, parse_constant=_not_json)
        except (ValueError, RecursionError) as error:
            where = f" {error}" if isinstance(error, json.JSONDecodeError) else ""
            raise Problem(400, f"The body is not JSON.{where}", code="unreadable") from error
        if not _can_be_kept(json.dumps(held, ensure_ascii=False)) or "\\u0000" in json.dumps(held):
            raise Problem(400, "The body has characters that no text has.", code="unreadable")


def _can_be_kept(text: str) -> bool:
    """Tell whether every database can keep a text: PostgreSQL knows no NUL, and nobody half a character."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _finished(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the answer with what every answer of the API has."""
    if response.status_code == 405 and "json" not in response.headers.get("Content-Type", ""):
        allowed = ", ".join(sorted({*response.headers.get("Allow", "").split(", ")} - {""}))
        detail = f"This address takes {allowed}."
        response = problems.render(Problem(405, detail, code="method", headers={"Allow": allowed}))
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if request.method in {"GET", "HEAD"} and response.status_code < 300 and not request.accepts(kind):
        response = problems.render(Problem(406, f"This is told as {kind}.", code="accept"))
    if cursor := getattr(request, "next_cursor", None):
        asked = request.GET.copy()
        asked["cursor"] = cursor
        response.headers["Link"] = (
            f'<{request.build_absolute_uri(request.path)}?{asked.urlencode()}>; rel="next"'
        )
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Vary", "Authorization, Cookie, Accept")
    if response.status_code == 204:
        response.headers.pop("Content-Type", None)
    return response


def _not_there(request: HttpRequest, **_path: Any) -> HttpResponse:
    raise Problem(404, f"There is no such address. See {settings.BASE_URL}/api/v1/docs.", code="not_found")


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON.")


unknown = guarded(_not_there)
"""Answers every address of the API that there is not."""
