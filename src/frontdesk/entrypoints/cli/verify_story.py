"""The story that a verification tells: of a shop, of a clinic, or of both, as the desk has them.

Each chapter is one promise of the desk. Where one is not kept the story ends, but what was made is put away.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import httpx

from frontdesk.entrypoints.cli.verify_client import Broken, VerifyClient
from frontdesk.entrypoints.cli.verify_clinic import ClinicStory
from frontdesk.entrypoints.cli.verify_report import FAILED, LEFT_OUT, PASSED, Chapter, LeftOut
from frontdesk.entrypoints.cli.verify_shop import ShopStory
from frontdesk.entrypoints.cli.verify_telling import Scene, Telling
from frontdesk.entrypoints.cli.verify_watch import Watch


class Story:
    """Tells itself once. `operator` speaks for who runs the desk; `watch` sees the bus, where there is one to see."""

    def __init__(
        self, http: httpx.Client, operator: Callable[[str], str], watch: Watch | None, *, patience: float
    ) -> None:
        self.place = f"verify-{secrets.token_hex(5)}"
        self.chapters: list[Chapter] = []
        self._http = http
        self._telling = Telling(http, VerifyClient(http, operator(self.place)), watch, self.place, patience)
        self._parts: list[ShopStory | ClinicStory] = []
        self._client = ""

    def tell(self, said: Callable[[str], None]) -> None:
        """Tell every chapter and say its name, then put away what was made."""
        try:
            if self._tell_all(self._beginning(), said):
                self._tell_all([scene for part in self._parts for scene in part.plot()], said)
        finally:
            for scene in (scene for part in self._parts for scene in part.epilogue()):
                self._tell(scene)
            self._tell(Scene("POST /clients/{id}/revoke", "the client is let in no more", self._revoke))
            self._tell(Scene("", "the watch is taken off the bus", self._telling.unlisten))

    def _beginning(self) -> list[Scene]:
        return [
            Scene("", "the desk answers", self._answers),
            Scene("POST /clients", "a client gets a token", self._token),
        ]

    def _tell_all(self, scenes: list[Scene], said: Callable[[str], None]) -> bool:
        """Tell one scene after the other, until a promise is not kept; return whether all were."""
        for scene in scenes:
            said(scene.name)
            if self._tell(scene) == FAILED:
                return False
        return True

    def _tell(self, scene: Scene) -> str:
        start = time.monotonic()
        outcome, detail = PASSED, ""
        if scene.needs and not self._telling.offers(scene.needs):
            outcome, detail = LEFT_OUT, "its service is not deployed"
        else:
            try:
                detail = scene.act()
            except LeftOut as reason:
                outcome, detail = LEFT_OUT, str(reason)
            except (Broken, httpx.TransportError) as error:
                outcome, detail = FAILED, str(error) or type(error).__name__
        self.chapters.append(Chapter(scene.name, outcome, detail, round(time.monotonic() - start, 3)))
        return outcome

    def _answers(self) -> str:
        found = self._telling.operator.get("/openapi.json")
        known = {(method.upper(), path) for path, methods in found["paths"].items() for method in methods}
        self._telling.known = frozenset(known)
        has_clinics = self._telling.offers("PUT /clinics/{clinic_id}")
        if self._telling.offers("PUT /shops/{shop_id}") or not has_clinics:
            self._parts.append(ShopStory(self._telling))
        if has_clinics:
            self._parts.append(ClinicStory(self._telling))
        return f"{len(known)} operations"

    def _token(self) -> str:
        scopes = [scope for part in self._parts for scope in part.SCOPES]
        grants = {f"{part.KIND}:{self.place}": "owner" for part in self._parts}
        wish = {"name": f"Verification {self.place}", "scopes": scopes, "grants": grants}
        made = self._telling.operator.post("/clients", wish)
        self._client = made["client_id"]
        answer = self._http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(made["client_id"], made["client_secret"]),
        )
        token = VerifyClient.read(answer, 200)
        self._telling.owner = VerifyClient(self._http, token["access_token"])
        return f"{self._client}, good for {token['expires_in']} s"

    def _revoke(self) -> str:
        if not self._client:
            raise LeftOut("there is no client")
        self._telling.operator.post(f"/clients/{self._client}/revoke", {"reason": "verification"})
        return self._client
