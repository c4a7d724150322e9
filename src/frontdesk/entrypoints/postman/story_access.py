"""The examples of whoever lets others in: people, programs, partners who listen; and the operator's own."""

from frontdesk.entrypoints.postman.steps import Step

_USER = {"id": "{{user}}"}
_CLIENT = {"id": "{{client}}"}
_HERE = {"place": "shop:{{shop}}"}
_WEBHOOK = {"id": "{{webhook}}"}
_DELIVERY = {**_WEBHOOK, "delivery_id": "{{delivery}}"}

IDENTITY = (
    Step(
        operation="open_account",
        body={"email": "ana-{{run}}@shop.example", "name": "Ana", "password": "four words make one"},
        save={"user": "user_id"},
    ),
    Step(operation="show_user", path=_USER, values={"user_id": "{{user}}"}),
    Step(operation="list_users", query={"limit": "10"}),
    Step(operation="grant_account", path=_USER | _HERE, body={"role": "staff"}),
    Step(operation="take_from_account", path=_USER | _HERE),
    Step(operation="send_link", path=_USER, body={"language": "en"}),
    Step(operation="sign_out", path=_USER, body={}),
    Step(operation="close_account", path=_USER, body={"reason": "end of the example"}),
    Step(
        operation="register_client",
        body={"name": "A till", "scopes": ["orders:read"]},
        save={"client": "client_id"},
    ),
    Step(operation="show_client", path=_CLIENT, values={"name": "A till"}),
    Step(operation="list_clients", query={"limit": "10"}),
    Step(operation="add_secret", path=_CLIENT, body={"alone": True}),
    Step(operation="grant_client", path=_CLIENT | _HERE, body={"role": "staff"}),
    Step(operation="take_from_client", path=_CLIENT | _HERE),
    Step(operation="revoke_client", path=_CLIENT, body={"reason": "end of the example"}),
    Step(operation="list_acts", query={"limit": "10"}),
    Step(operation="list_keys"),
    Step(
        operation="rotate_keys",
        name="Rotate signing keys, refused for a misspelt wish",
        body={"at_onc": True},
        status=422,
        code="invalid",
    ),
)
WEBHOOKS = (
    Step(
        operation="create_webhook",
        body={"url": "https://partner.example/frontdesk", "events": ["order.created"]},
        save={"webhook": "webhook_id"},
    ),
    Step(operation="show_webhook", path=_WEBHOOK, values={"status": "active"}),
    Step(operation="list_webhooks"),
    Step(operation="send_test", path=_WEBHOOK, save={"delivery": "delivery_id"}),
    Step(operation="show_delivery", path=_DELIVERY),
    Step(operation="list_deliveries", path=_WEBHOOK, query={"limit": "10"}),
    Step(operation="replay_delivery", path=_DELIVERY),
    Step(
        operation="request_replay",
        path=_WEBHOOK,
        body={"since": "2026-01-01T00:00:00Z"},
        save={"replay": "replay_id"},
    ),
    Step(operation="show_replay", path={**_WEBHOOK, "replay_id": "{{replay}}"}),
    Step(operation="rotate_secret", path=_WEBHOOK),
    Step(operation="enable_webhook", path=_WEBHOOK),
    Step(operation="delete_webhook", path=_WEBHOOK),
)
OPERATIONS = (
    Step(operation="list_letters", query={"limit": "10"}),
    Step(operation="show_letter", path={"id": "nobody:1"}, status=404, code="not_found"),
    Step(
        operation="redrive_letters", body={"ids": ["nobody:1"], "reason": "an example"}, values={"items": []}
    ),
    Step(
        operation="discard_letters", body={"ids": ["nobody:1"], "reason": "an example"}, values={"items": []}
    ),
    Step(operation="list_deeds", query={"limit": "10"}),
)
