"""What Meta posts to a desk: the bodies of webhooks, and the signature over them."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec

ACCOUNT = "102290129340398"


def signed(content: bytes, secret: str) -> dict[str, str]:
    """Return the headers of a genuine post."""
    digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return {"content-type": "application/json", "x-hub-signature-256": f"sha256={digest}"}


def post(phone_id: str, *, field: str = "messages", **told: Any) -> bytes:
    """Return a post that tells something of a number of the desk."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": phone_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **told}
    entry = {"id": ACCOUNT, "changes": [{"value": value, "field": field}]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


def message(id: str, sender: str, at: int, said: Mapping[str, Any], context: str = "") -> dict[str, Any]:
    """Return something that a person has sent: its type and its content."""
    found: dict[str, Any] = {"from": sender, "id": id, "timestamp": str(at), **said}
    if context:
        found["context"] = {"from": "15550783881", "id": context}
    return found


def contact(sender: str) -> dict[str, Any]:
    """Return who wrote."""
    return {"profile": {"name": "Ana Torres"}, "wa_id": sender}


def status(id: str, recipient: str, at: int, state: str, **more: Any) -> dict[str, Any]:
    """Return how far a message has come."""
    conversation = {"id": "7270432eae37498234f4444b35ffc5", "origin": {"type": "utility"}}
    pricing = {"billable": True, "pricing_model": "PMP", "category": "utility"}
    found = {"id": id, "status": state, "timestamp": str(at), "recipient_id": recipient, **more}
    return found if state == "failed" else {**found, "conversation": conversation, "pricing": pricing}


def failed_with(code: int) -> Mapping[str, Any]:
    """Return what a status says of a failure."""
    href = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
    return {"errors": [{"code": code, "title": "No", "message": "No", "href": href}]}
