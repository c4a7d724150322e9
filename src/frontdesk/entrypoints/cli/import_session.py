"""An import with everything around it: what is remembered, what is reported, and the desk that takes it in."""

from pathlib import Path

import msgspec

from frontdesk.config import Settings
from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import Api, ApiError, OperatorTokens, connect
from frontdesk.entrypoints.cli.import_mapping import Mapping
from frontdesk.entrypoints.cli.import_orders import Converter
from frontdesk.entrypoints.cli.import_report import Report
from frontdesk.entrypoints.cli.import_run import Import
from frontdesk.entrypoints.cli.import_sending import Wires
from frontdesk.entrypoints.cli.import_source import OldOrders, Rows
from frontdesk.entrypoints.cli.import_state import Counts, ImportState, Progress
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.kernel.ids import fingerprint

FOLDER = "imports"  # in the data folder
NOT_FOUND = 404


class Session:
    """One table, one mapping, one shop. Raises CommandError when they do not fit."""

    def __init__(
        self, settings: Settings, shop: str, source: str, table: str, mapping: Mapping, rows: Rows
    ) -> None:
        self._settings = settings
        self._shop = shop
        self._rows = rows
        self._orders = OldOrders(rows, mapping, table)
        self._converter = Converter(mapping, shop, self._orders.key, rows.columns)
        self._source = f"{source} {fingerprint(msgspec.json.encode(mapping, order='deterministic'))}"
        self._files = settings.data / FOLDER / f"{shop}-{fingerprint(source.encode())}"
        self.report_path: Path | None = None

    def run(self, report: Path | None, connections: int, *, dry_run: bool) -> Counts:
        """Take everything over, or with `dry_run` only look at it. Raises CommandError."""
        if dry_run:
            self.report_path = report
            return self._run(None, Progress(self._source, None, Counts()), connections)
        self.report_path = report or self._files.with_suffix(".jsonl")
        state = ImportState(self._files.with_suffix(".db"))
        try:
            stopped = state.progress()
            if stopped is None or stopped.source != self._source:
                stopped = Progress(self._source, None, Counts())
            return self._run(state, stopped, connections)
        finally:
            state.close()

    def _run(self, state: ImportState | None, progress: Progress, connections: int) -> Counts:
        done = progress.counts.rows
        report = Report(self.report_path, progress.report_bytes)
        work = Import(self._orders, self._converter, report, progress, state)
        try:
            with show.progress("Orders", self._rows.count()) as advance:
                advance(done)
                if state is None:
                    work.run(None, connections, advance)
                else:
                    with connect(self._settings, [self._shop]) as api:
                        self._check_shop(api)
                        tokens = OperatorTokens(self._settings, [self._shop])
                        work.run(Wires(api.url, tokens) if api.remote else api, connections, advance)
        except ApiError:
            raise
        except CommandError as error:
            raise CommandError(
                f"{error} Run the import again: it goes on where it stopped.", exit_status=FOUND
            ) from None
        finally:
            report.close()
        return work.counts

    def _check_shop(self, api: Api) -> None:
        try:
            api.get(f"/shops/{self._shop}")
        except ApiError as error:
            if error.status == NOT_FOUND:
                raise ApiError(NOT_FOUND, {"detail": f"There is no shop {self._shop} here."}) from None
            raise
