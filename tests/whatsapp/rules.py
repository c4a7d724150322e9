"""What the WhatsApp Cloud API refuses, and with which words. As strict as Meta's documentation says it is."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
NUMBER = re.compile(r"[1-9]\d{6,14}")
OLD_BRAZIL = re.compile(r"55([3-9]\d)9(\d{8})")  # outside the South-East most accounts have no ninth digit
_TITLES = {
    4: "Application request limit reached",
    100: "Invalid parameter",
    190: "Access token has expired",
    130429: "Rate limit hit",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131047: "Re-engagement message",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
}


def error(code: int) -> dict[str, Any]:
    """Return an error as the API answers with it; `message` is full of what nobody should log."""
    title = _TITLES.get(code, "Something went wrong")
    details = "Message failed to send to +5215512345678"
    return {
        "message": f"(#{code}) {title}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details},
        "fbtrace_id": "AzKz0e2hqkZfEZ-_4Qn_Bam",
    }


def wa_id(number: str) -> str:
    """Return what WhatsApp calls the owner of a number: as it was when they signed up, long ago."""
    if number.startswith("52") and len(number) == 12:
        return f"521{number[2:]}"
    if number.startswith("54") and len(number) == 12:
        return f"549{number[2:]}"
    found = OLD_BRAZIL.fullmatch(number)
    return f"55{found[1]}{found[2]}" if found else number


def fault(message: Mapping[str, Any], templates: Mapping[tuple[str, str], int] | None) -> int:
    """Return the code by which a message is refused, 0 for a good one. `templates`: parameters by name and language."""
    if message.get("messaging_product") != "whatsapp" or "to" not in message or "type" not in message:
        return 131008
    kind = message["type"]
    if not NUMBER.fullmatch(str(message["to"])) or kind not in message:
        return 131009
    if len(message.get("biz_opaque_callback_data", "").encode()) > 512:
        return 131009
    judge = {"text": _text, "interactive": _interactive}.get(kind)
    return judge(message[kind]) if judge else _template(message[kind], templates)


def _text(text: Mapping[str, Any]) -> int:
    return 0 if 0 < len(text.get("body", "")) <= 4096 else 131009


def _interactive(found: Mapping[str, Any]) -> int:
    body, action = found["body"]["text"], found["action"]
    if found["type"] == "button":
        replies = [button["reply"] for button in action["buttons"]]
        sizes = (1024, 3, 20, 256)
    else:
        replies = [row for section in action["sections"] for row in section["rows"]]
        sizes = (4096, 10, 24, 200)
        if not 0 < len(action["button"]) <= 20:
            return 131009
    return 0 if _fits(body, replies, *sizes) else 131009


def _fits(body: str, replies: Sequence[Mapping[str, str]], *sizes: int) -> bool:
    text, count, title, id = sizes
    return (
        0 < len(body) <= text
        and 0 < len(replies) <= count
        and all(0 < len(reply["title"]) <= title and 0 < len(reply["id"]) <= id for reply in replies)
        and all(len(reply.get("description", "")) <= 72 for reply in replies)
        and len({reply["id"] for reply in replies}) == len(replies)
        and len({reply["title"] for reply in replies}) == len(replies)
    )


def _template(found: Mapping[str, Any], templates: Mapping[tuple[str, str], int] | None) -> int:
    if not TEMPLATE_NAME.fullmatch(found["name"]):
        return 131009
    parameters = [
        parameter["text"]
        for component in found.get("components", ())
        if component["type"] == "body"
        for parameter in component["parameters"]
    ]
    if any(not text or re.search(r"[\n\t]| {5}", text) for text in parameters):
        return 132012
    if templates is None:
        return 0
    wanted = templates.get((found["name"], found["language"]["code"]))
    if wanted is None:
        return 132001
    return 0 if wanted == len(parameters) else 132000
