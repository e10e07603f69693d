"""The docs of the API as a page of our own: no other host is asked, no script runs, and printing works."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

_METHODS = ("get", "post", "put", "patch", "delete")


class Page(DocsBase):
    """Lays the OpenAPI schema out for reading."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        schema = api.get_openapi_schema(path_params=kwargs)
        context = {
            "schema": schema,
            "openapi_url": self.get_openapi_url(api, kwargs),
            "groups": _groups(schema),
        }
        return render(request, "api/docs.html", context)


def _groups(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the endpoints by heading, each with its parameters, body and answers laid out."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                told = methods[method]
                groups.setdefault(told.get("tags", ["Other"])[0], []).append(
                    _endpoint(schema, path, method, told)
                )
    return [{"title": title, "slug": slugify(title), "endpoints": held} for title, held in groups.items()]


def _endpoint(schema: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> dict[str, Any]:
    body = next(iter(told.get("requestBody", {}).get("content", {}).values()), {}).get("schema")
    answers = []
    for status, answer in sorted(told["responses"].items(), key=lambda pair: str(pair[0])):
        if int(status) < 400:
            content = next(iter(answer.get("content", {}).values()), {}).get("schema")
            answers.append({"status": status, "fields": _fields(schema, content) if content else []})
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
