"""Messages as files: whole, once, and for their owner's eyes."""

import asyncio
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from frontdesk.adapters.outbox.outbox import Outbox
from frontdesk.kernel.errors import Unavailable


def test_a_message_is_a_file_that_any_mail_program_opens(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    asyncio.run(
        Outbox(folder).send("ntc_1", "ana@example.com", "Elija una contraseña", "Aquí: https://x/?t=1\n")
    )
    (file,) = folder.iterdir()
    assert file.name == "ntc_1.eml"
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (message["to"], message["subject"]) == ("ana@example.com", "Elija una contraseña")
    assert message.get_content() == "Aquí: https://x/?t=1\n"


def test_a_repeat_takes_the_place_of_the_first(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / ".ntc_1.eml").write_text("half a message, left by a crash")
    for text in ("one\n", "two\n"):
        asyncio.run(outbox.send("ntc_1", "ana@example.com", "s", text))
    (file,) = (tmp_path / "outbox").iterdir()
    assert b"two" in file.read_bytes()


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file in the way")
    with pytest.raises(Unavailable):
        asyncio.run(Outbox(tmp_path / "outbox").send("ntc_1", "ana@example.com", "s", "t"))
