"""The docs of the API as a page of our own: no other host is asked, no script runs, and printing works."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

_METHODS = ("get", "post", "put", "patch", "delete")
_STATUSES = [
    (400, "The body is not JSON, or the address cannot be read."),
    (401, "No token, or one that is unknown, expired or revoked."),
    (403, "The token lacks a scope (code scope_missing), or its member of staff a permission (not_allowed)."),
    (404, "No such address; no such record, or one out of reach."),
    (405, "Another method is right; Allow names it."),
    (406, "Accept asks for another form than there is."),
    (409, "It contradicts what is there: read again, then decide."),
    (413, "The body is too large."),
    (415, "The body is of another kind than application/json."),
    (422, "Something does not fit; errors says where."),
    (429, "Too many calls; Retry-After says how long to wait."),
    (500, "Our mistake; its id is in the log."),
]


class Page(DocsBase):
    """Lays the OpenAPI schema out for reading."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        schema = api.get_openapi_schema(path_params=kwargs)
        openapi_url = self.get_openapi_url(api, kwargs)
        base = openapi_url.rpartition("/")[0]
        context = {
            "schema": schema,
            "description": api.description.replace("`", ""),
            "openapi_url": openapi_url,
            "base": request.build_absolute_uri(base),
            "per_minute": settings.API_PER_MINUTE,
            "statuses": _STATUSES,
            "groups": _groups(schema, base),
        }
        return render(request, "api/docs.html", context)


def _groups(schema: dict[str, Any], base: str) -> list[dict[str, Any]]:
    """Return the endpoints by heading, each with its parameters, body and answers laid out."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                told = methods[method]
                groups.setdefault(told.get("tags", ["Other"])[0], []).append(
                    _endpoint(schema, path, method, told) | {"short": path.removeprefix(base) or "/"}
                )
    return [{"title": title, "slug": slugify(title), "endpoints": held} for title, held in groups.items()]


def _endpoint(schema: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> dict[str, Any]:
    body = _content(told.get("requestBody", {}))
    answers = []
    for status, answer in sorted(told["responses"].items(), key=lambda pair: str(pair[0])):
        if int(status) < 400:
            content = _content(answer)
            answers.append(
                {"status": status, "fields": _without_required(_fields(schema, content)) if content else []}
            )
    # The last sentence is the schema's own, of scope and permission, which stand apart here.
    text = told.get("description", "").partition("\n\nScope:")[0].partition("\n\nPermission:")[0]
    text = "" if text.startswith(("Scope:", "Permission:")) else text
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "path": path,
        "text": text or told["summary"],
        "scope": told.get("x-scope", ""),
        "permissions": told.get("x-permissions", []),
        "parameters": [
            {
                "name": one["name"],
                "kind": _kind(schema, one["schema"]),
                "required": one.get("required"),
                "text": one.get("description", ""),
            }
            for one in told.get("parameters", [])
        ],
        "body": _fields(schema, body) if body else [],
        "answers": answers,
    }


def _content(told: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema of what is sent or answered, or None where that is nothing."""
    for held in told.get("content", {}).values():
        found: dict[str, Any] | None = held.get("schema")
        return found
    return None


def _fields(schema: dict[str, Any], held: dict[str, Any], *, depth: int = 0) -> list[dict[str, Any]]:
    """Return the fields of an object, and those of the objects within, by their paths."""
    held = _resolved(schema, held)
    required = set(held.get("required", []))
    rows: list[dict[str, Any]] = []
    for name, one in held.get("properties", {}).items():
        rows.append(
            {
                "name": name,
                "kind": _kind(schema, one),
                "required": name in required,
                "text": one.get("description", ""),
            }
        )
        inner = _object_in(schema, one)
        if inner and depth < 2:
            mark = "[]." if _resolved(schema, one).get("type") == "array" else "."
            rows += [
                {**row, "name": f"{name}{mark}{row['name']}"}
                for row in _fields(schema, inner, depth=depth + 1)
            ]
    return rows


def _without_required(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return fields of an answer: that they are always there goes without saying."""
    return [{**field, "required": False} for field in fields]


def _object_in(schema: dict[str, Any], one: dict[str, Any]) -> dict[str, Any] | None:
    one = _resolved(schema, one)
    if one.get("type") == "array":
        one = _resolved(schema, one.get("items", {}))
    for choice in one.get("anyOf", [one]):
        if "properties" in (resolved := _resolved(schema, choice)):
            return resolved
    return None


def _kind(schema: dict[str, Any], one: dict[str, Any]) -> str:
    """Return the kind of a value in words: "string, 1–200", "integer or null", "list of string"."""
    one = _resolved(schema, one)
    if "anyOf" in one:
        return " or ".join(dict.fromkeys(_kind(schema, choice) for choice in one["anyOf"]))
    if "enum" in one:
        return " | ".join(str(value) for value in one["enum"])
    if "const" in one:
        return str(one["const"])
    kind = one.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(schema, one.get('items', {}))}"
    kind = {"date-time": "time", "date": "date", "uuid": "uuid", "email": "e-mail"}.get(
        one.get("format", ""), kind
    )
    low = one.get("minLength", one.get("minimum"))
    high = one.get("maxLength", one.get("maximum"))
    if high is not None and high < 2**53:
        return f"{kind}, {low if low is not None else 0}–{high}"
    return str(kind)


def _resolved(schema: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        one = {**schema["components"]["schemas"][name], **{k: v for k, v in one.items() if k != "$ref"}}
    return one
