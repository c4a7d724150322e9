"""Which channels a desk has, and what becomes of messages where it has none."""

import logging
import stat
import subprocess
import sys
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest

from frontdesk.adapters.channels.alerts import Alerts
from frontdesk.adapters.channels.desk import DeskChannels
from frontdesk.adapters.channels.outbox import FileOutbox, LoggedOutbox
from frontdesk.adapters.channels.settings import SmsSettings, read
from frontdesk.adapters.channels.sms import Publisher, Sms
from frontdesk.adapters.channels.smtp import Smtp
from frontdesk.channels import Failure, Outcome
from frontdesk.kernel.errors import Unavailable
from tests.unit.channels.messages import CANCEL, CONFIRM, TEXT, message, run

SMTP = {"SMTP_HOST": "mail.example.org", "SMTP_FROM": "citas@example.org"}
SLACK = {"SLACK_WEBHOOK": "https://hooks.slack.com/services/T/B/X"}


class Nobody:
    """See `Publisher`."""

    def publish(self, number: str, text: str) -> Outcome:
        """Send nothing."""
        raise AssertionError


def desk(folder: Path, said: dict[str, str]) -> DeskChannels:
    made: list[SmsSettings] = []

    def publisher(settings: SmsSettings) -> Publisher:
        made.append(settings)
        return Nobody()

    return DeskChannels(read(said), publisher=publisher, outbox=partial(FileOutbox, folder))


def test_a_desk_without_any_channel_can_be_tried_all_the_same(tmp_path: Path) -> None:
    channels = desk(tmp_path, SLACK)
    assert [isinstance(channels.channel(name), FileOutbox) for name in ("whatsapp", "sms", "email")] == [
        True
    ] * 3
    assert isinstance(channels.channel("slack"), Alerts)
    assert channels.channel("teams") is None
    assert channels.channel("pigeon") is None


def test_with_one_real_channel_there_are_no_others(tmp_path: Path) -> None:
    channels = desk(tmp_path, SMTP)
    assert isinstance(channels.channel("email"), Smtp)
    assert channels.channel("email") is channels.channel("email")
    assert channels.channel("whatsapp") is None
    assert channels.channel("sms") is None
    assert isinstance(desk(tmp_path, {"SMS": "sns"}).channel("sms"), Sms)


def test_whoever_only_listens_to_webhooks_loads_no_way_to_send() -> None:
    """A function that answers Meta starts cold, and Meta waits."""
    heavy = "asyncio http.client smtplib email ssl concurrent.futures"
    code = f"import sys, frontdesk.adapters.channels.renewing; print([*{{*sys.modules}} & {{*'{heavy}'.split()}}])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"


def test_a_message_is_a_file_that_any_mail_program_opens(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    sent = message(answers=(CONFIRM, CANCEL), template="cita_confirmar_v1", subject="Su cita\nde mañana")
    outcome = run(FileOutbox(folder, "whatsapp").send(sent))
    assert outcome == Outcome(provider_id=f"outbox:whatsapp:{sent.id}")
    (file,) = folder.iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["To"] == "+525512345678"
    assert mail["Subject"] == "Su cita de mañana"
    assert mail["X-Channel"] == "whatsapp"
    text = mail.get_content()
    assert TEXT in text
    assert f"[ {CONFIRM.title} ]  {CONFIRM.payload}" in text
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)


def test_a_repeat_takes_the_place_of_the_first_on_its_channel_alone(tmp_path: Path) -> None:
    run(FileOutbox(tmp_path, "sms").send(message(text="uno")))
    run(FileOutbox(tmp_path, "email").send(message(text="uno")))
    run(FileOutbox(tmp_path, "sms").send(message(text="dos")))
    texts = {file.name.split(".")[1]: file.read_text().split("\n\n", 1)[1] for file in tmp_path.iterdir()}
    assert {name: text.strip() for name, text in texts.items()} == {"sms": "dos", "email": "uno"}


@pytest.mark.parametrize("said", [{}, SMTP])
def test_a_message_is_forgotten_on_all_channels_also_when_there_is_a_real_one_now(
    tmp_path: Path, said: dict[str, str]
) -> None:
    for channel in ("whatsapp", "sms", "email"):
        run(FileOutbox(tmp_path, channel).send(message()))
    run(FileOutbox(tmp_path, "sms").send(message(id="another")))

    for _ in range(2):
        run(desk(tmp_path, said).forget(message().id))
    assert [file.name for file in tmp_path.iterdir()] == ["another.sms.eml"]


def test_what_cannot_be_thrown_away_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / f"{message().id}.sms.eml").mkdir()
    with pytest.raises(Unavailable):
        run(FileOutbox(tmp_path, "sms").forget(message().id))


def test_a_folder_that_cannot_be_written_is_asked_again_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    outcome = run(FileOutbox(tmp_path / "outbox", "sms").send(message()))
    assert outcome == Outcome(failure=Failure.LATER, code="cannot_be_written")


@pytest.mark.parametrize("kind", ["file", "log"])
def test_the_log_says_that_there_is_a_message_and_not_what_is_in_it(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outbox = FileOutbox(tmp_path, "sms") if kind == "file" else LoggedOutbox("sms")
    assert run(outbox.send(message(answers=(CONFIRM,)))).provider_id == f"outbox:sms:{message().id}"
    assert message().id in caplog.text
    for private in ("5512345678", "Ana", CONFIRM.payload):
        assert private not in caplog.text
