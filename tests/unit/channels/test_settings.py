"""What an operator says about channels: all that is needed, and nothing shown."""

import pytest

from frontdesk.adapters.channels.settings import (
    GRAPH,
    GRAPH_VERSION,
    ChannelSettings,
    ChannelSettingsError,
    SmsSettings,
    read,
)

WHATSAPP = {
    "WHATSAPP_PHONE_ID": "106540352242922",
    "WHATSAPP_TOKEN": "EAAJB",
    "WHATSAPP_APP_SECRET": "s3cret",
    "WHATSAPP_VERIFY_TOKEN": "word",
}
SMTP = {"SMTP_HOST": "mail.example.org", "SMTP_FROM": "Clínica <citas@example.org>"}


def test_nothing_said_is_nothing_set_up() -> None:
    assert read({}) == ChannelSettings()
    assert read({"WHATSAPP_TOKEN": "", "SMS": ""}) == ChannelSettings()


def test_whatsapp_is_metas_newest_unless_told_otherwise() -> None:
    found = read(WHATSAPP | {"WHATSAPP_APP_SECRET": " new old\n"}).whatsapp
    assert found is not None
    assert (found.url, found.version) == (GRAPH, GRAPH_VERSION)
    assert [secret.value for secret in found.secrets] == ["new", "old"]
    other = read(WHATSAPP | {"WHATSAPP_VERSION": "v25.0", "WHATSAPP_URL": "http://127.0.0.1:9000/"}).whatsapp
    assert other is not None
    assert (other.url, other.version) == ("http://127.0.0.1:9000", "v25.0")


@pytest.mark.parametrize(("security", "port"), [("", 587), ("starttls", 587), ("tls", 465), ("none", 25)])
def test_mail_has_the_port_of_its_security(security: str, port: int) -> None:
    found = read(SMTP | {"SMTP_SECURITY": security}).email
    assert found is not None
    assert found.port == port
    chosen = read(SMTP | {"SMTP_SECURITY": security, "SMTP_PORT": "2525"}).email
    assert chosen is not None
    assert chosen.port == 2525


def test_text_messages_and_alerts_are_switched_on_one_by_one() -> None:
    assert read({"SMS": "sns", "SMS_SENDER": "Clinica"}).sms == SmsSettings(sender="Clinica")
    alerts = read({"SLACK_WEBHOOK": "https://hooks.slack.com/services/T/B/X"}).alerts
    assert set(alerts) == {"slack"}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        *(({name: value for name, value in WHATSAPP.items() if name != left}, left) for left in WHATSAPP),
        (WHATSAPP | {"WHATSAPP_PHONE_ID": "+525512345678"}, "WHATSAPP_PHONE_ID"),
        (WHATSAPP | {"WHATSAPP_TOKEN": "EAAG…"}, "WHATSAPP_TOKEN"),
        (WHATSAPP | {"WHATSAPP_TOKEN": "EAAG\nhost: evil.example"}, "WHATSAPP_TOKEN"),
        (WHATSAPP | {"WHATSAPP_URL": "http://graph.example"}, "WHATSAPP_URL"),
        (WHATSAPP | {"WHATSAPP_URL": "https://me:secret@graph.example"}, "WHATSAPP_URL"),
        (WHATSAPP | {"WHATSAPP_URL": "https://graph.example:x"}, "WHATSAPP_URL"),
        (WHATSAPP | {"WHATSAPP_LANGUAGES": "es"}, "WHATSAPP_LANGUAGES"),
        ({"SMTP_HOST": "mail.example.org"}, "SMTP_FROM"),
        (SMTP | {"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY"),
        (SMTP | {"SMTP_PORT": "70000"}, "SMTP_PORT"),
        (SMTP | {"SMTP_USER": "citas"}, "SMTP_PASSWORD"),
        (SMTP | {"SMTP_FROM": "Clínica"}, "SMTP_FROM"),
        (SMTP | {"SMTP_USER": "citas", "SMTP_PASSWORD": "x", "SMTP_SECURITY": "none"}, "SMTP_SECURITY"),
        (SMTP | {"SMTP_USER": "citas", "SMTP_PASSWORD": "contraseña"}, "SMTP_PASSWORD"),
        ({"SMS": "pigeon"}, "SMS"),
        ({"SMS": "sns", "SMS_SENDER": "La Clínica"}, "SMS_SENDER"),
        ({"SLACK_WEBHOOK": "hooks.slack.com"}, "SLACK_WEBHOOK"),
        ({"TEAMS_WEBHOOK": "http://teams.example"}, "TEAMS_WEBHOOK"),
    ],
)
def test_what_cannot_work_is_said_at_once_by_the_name_of_the_setting(
    said: dict[str, str], named: str
) -> None:
    with pytest.raises(ChannelSettingsError, match=named):
        read(said)


def test_secrets_are_shown_to_nobody() -> None:
    shown = repr(
        read(
            WHATSAPP
            | SMTP
            | {"SMTP_USER": "citas", "SMTP_PASSWORD": "hunter2"}
            | {"SLACK_WEBHOOK": "https://hooks.slack.com/services/T/B/X"}
        )
    )
    assert "Secret(…)" in shown
    for secret in ("EAAJB", "s3cret", "word'", "hunter2", "services/T/B/X"):
        assert secret not in shown
