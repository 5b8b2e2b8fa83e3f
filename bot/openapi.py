"""The OpenAPI 3.1 document of the intake, served at ``/openapi.json``."""

from functools import cache
from typing import Any

from bot import __version__
from bot.segment import MAX_BATCH_EVENTS, MAX_ID, MAX_MESSAGE_ID
from surveys.event import EventKind

_TIME = {"type": "string", "format": "date-time"}
_TEXT = {"type": "string", "maxLength": MAX_ID}
_FREE = {"type": "object", "additionalProperties": True}

_COMMON: dict[str, Any] = {
    "messageId": {
        "type": "string",
        "maxLength": MAX_MESSAGE_ID - 1,
        "description": "The event's identity: the same id is taken in once, for ever.",
    },
    "userId": {**_TEXT, "description": "The person, as your systems call them."},
    "anonymousId": {**_TEXT, "description": "A visitor without a userId."},
    "timestamp": {**_TIME, "description": "When it happened."},
    "sentAt": {**_TIME, "description": "When it was sent, by the sender's clock."},
    "context": {**_FREE, "description": "locale, timezone, traits and others of Segment's."},
    "writeKey": {"type": "string", "description": "In place of Basic authentication."},
}

_OWN: dict[EventKind, dict[str, Any]] = {
    EventKind.TRACK: {"event": {"type": "string"}, "properties": _FREE},
    EventKind.IDENTIFY: {"traits": _FREE},
    EventKind.GROUP: {"groupId": _TEXT, "traits": _FREE},
    EventKind.ALIAS: {"previousId": _TEXT},
    EventKind.PAGE: {"name": {"type": "string"}, "properties": _FREE},
    EventKind.SCREEN: {"name": {"type": "string"}, "properties": _FREE},
}

_SAYS: dict[EventKind, str] = {
    EventKind.TRACK: "Something happened; triggers listen to it.",
    EventKind.IDENTIFY: "Who somebody is, and where to reach them.",
    EventKind.GROUP: "Which account somebody belongs to.",
    EventKind.ALIAS: "Two ids are one person.",
    EventKind.PAGE: "Somebody saw a page.",
    EventKind.SCREEN: "Somebody saw a screen of an app.",
}


@cache
def document() -> dict[str, Any]:
    """Give the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Afterword intake",
            "version": __version__,
            "description": "Shaped like the Segment HTTP API: any Segment SDK is a client. An "
            "event that is of no use is answered 200 as well; see /v1/unusable.",
        },
        "security": [{"basic": []}, {"bearer": []}, {}],
        "paths": {
            **{f"/v1/{kind}": {"post": _operation(kind)} for kind in EventKind},
            "/v1/batch": {"post": _batch()},
            "/v1/unusable": {"get": _unusable()},
            "/v1/link": {"get": _link()},
        },
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {
                **{kind.value: _schema(kind) for kind in EventKind},
                "done": _object({"success": {"const": True}}, ["success"]),
                "error": _object(
                    {"code": {"type": "string"}, "message": {"type": "string"}},
                    ["code", "message"],
                ),
            },
        },
    }


def _operation(kind: EventKind) -> dict[str, Any]:
    return {
        "operationId": kind.value,
        "summary": _SAYS[kind],
        "requestBody": _body({"$ref": f"#/components/schemas/{kind}"}),
        "responses": _responses(),
    }


def _batch() -> dict[str, Any]:
    item = {"anyOf": [{"$ref": f"#/components/schemas/{kind}"} for kind in EventKind]}
    batch = {"type": "array", "maxItems": MAX_BATCH_EVENTS, "items": item}
    names = {k: _COMMON[k] for k in ("sentAt", "context", "writeKey")}
    return {
        "operationId": "batch",
        "summary": "Many events at once; each item has its type.",
        "requestBody": _body(_object({"batch": batch, **names}, ["batch"])),
        "responses": _responses(),
    }


def _unusable() -> dict[str, Any]:
    row = _object(
        {"message_id": {"type": "string"}, "reason": {"type": "string"}}, ["message_id", "reason"]
    )
    found = _object({"unusable": {"type": "array", "items": row}}, ["unusable"])
    return {
        "operationId": "unusable",
        "summary": "The latest events that were of no use, and why.",
        "responses": {
            "200": _response("The latest comes first.", found),
            "401": _response("The write key is wrong.", {"$ref": "#/components/schemas/error"}),
        },
    }


def _link() -> dict[str, Any]:
    error = {"$ref": "#/components/schemas/error"}
    names = {"userId": True, "via": False}
    return {
        "operationId": "link",
        "summary": "The link by which a person ties their chat to themselves.",
        "parameters": [
            {"name": name, "in": "query", "required": required, "schema": {"type": "string"}}
            for name, required in names.items()
        ],
        "responses": {
            "200": _response("The link.", _object({"link": {"type": "string"}}, ["link"])),
            "401": _response("The write key is wrong.", error),
            "404": _response("No such contact, or a channel without such links.", error),
        },
    }


def _schema(kind: EventKind) -> dict[str, Any]:
    return _object({"type": {"const": kind.value}, **_COMMON, **_OWN[kind]}, [])


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _response(says: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": says, "content": {"application/json": {"schema": schema}}}


def _responses() -> dict[str, Any]:
    error = {"$ref": "#/components/schemas/error"}
    return {
        "200": _response("Committed.", {"$ref": "#/components/schemas/done"}),
        "400": _response("The body cannot be read.", error),
        "401": _response("The write key is wrong.", error),
        "408": _response("The body came too slowly.", error),
        "413": _response("The body is too large.", error),
        "429": _response("Too fast; wait Retry-After seconds.", error),
        "503": _response("Not stored; send it again.", error),
        "507": _response("Not stored: the disk is nearly full.", error),
    }
