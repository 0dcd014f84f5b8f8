"""Start the simulator as a child process, steer it, and stop it; its CPU and memory are not the caller's."""

import json
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError

from ingestion.simulator.encoding import decode, encode

DEFAULT_WORLD = "ingestion.simulator.world:generate"
ROOT_DIRECTORY = Path(__file__).resolve().parents[2]
LOG_FILE = "simulator.log"
CONTROL_TIMEOUT_SECONDS = 120
STOP_TIMEOUT_SECONDS = 10
POLL_SECONDS = 0.02
URL_NAMES = (
    "login_url",
    "graph_url",
    "connectwise_url",
    "pax8_url",
    "pax8_token_url",
    "storage_url",
    "report_host",
    "ca_bundle",
)


class SimulatorError(Exception):
    """The simulator did not start, or refused what it was told."""


class Simulator:
    """A running simulator. Close it with `stop`, or use it as a context manager."""

    def __init__(self, process: "subprocess.Popen[str]", ready: dict[str, Any]) -> None:
        self.process = process
        self.pid: int = ready["pid"]
        self.urls: dict[str, str] = {name: ready[name] for name in URL_NAMES}
        self.control_token: str = ready["control_token"]
        context = ssl.create_default_context(cafile=self.urls["ca_bundle"])
        # No proxy of the environment may come between: the simulator is on loopback.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def set_clock(self, day: date) -> None:
        """Move the vendors' world to another day."""
        self._tell("clock", day=day.isoformat())

    def fault(self, name: str, **where: Any) -> int:
        """Set a named fault and return its number.

        `where`: vendor, tenant, path (prefix, with or without the API root), times, every, after,
        and the fault's own parameters. The README lists the faults.
        """
        return self._tell("fault", name=name, **where)["number"]

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are set, with how many requests each has seen, hit and keeps waiting."""
        return self._tell("faults")

    def clear_faults(self, number: int | None = None) -> None:
        """Take all faults away, or one; waiting requests proceed."""
        self._tell("clear_faults", **({} if number is None else {"number": number}))

    def wait_for_hang(self, number: int, timeout_seconds: float = 60) -> None:
        """Return once a request waits at that `hang_then_proceed` fault.

        Errors: SimulatorError when none came in time.
        """
        deadline = time.monotonic() + timeout_seconds
        while not any(row["number"] == number and row["waiting"] for row in self.faults()):
            if time.monotonic() > deadline:
                raise SimulatorError(f"no request reached fault {number} within {timeout_seconds} s")
            time.sleep(POLL_SECONDS)

    def release(self, number: int) -> None:
        """Let the requests that wait at that fault proceed, and all later ones."""
        self._tell("release", number=number)

    def edit(
        self, vendor: str, collection: str, row_id: str | int, values: dict[str, Any] | None, **where: str
    ) -> None:
        """Change, add or (values None) remove one row of the vendors' world; `where`: tenant, mailbox, folder."""
        self._tell("edit", vendor=vendor, collection=collection, row_id=str(row_id), values=values, **where)

    def clear_edits(self) -> None:
        """Undo all edits."""
        self._tell("clear_edits")

    def options(self, **options: Any) -> None:
        """Set how the vendors behave; the README lists the options. A tenant's None gives it its default back."""
        self._tell("options", **options)

    def log(self) -> list[dict[str, Any]]:
        """Every request since the last clearing, in order of arrival."""
        return self._tell("log")

    def counts(self) -> dict[str, int]:
        """Requests since the last clearing by vendor, and `total`."""
        return self._tell("counts")

    def statistics(self) -> dict[str, dict[str, int]]:
        """The most requests in flight by place, the fullest windows of Graph's limits, and what exceeded them."""
        return self._tell("statistics")

    def clear_log(self) -> None:
        """Forget the requests so far, and the statistics."""
        self._tell("clear_log")

    def stop(self) -> None:
        """End the child process; a second call does nothing."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            self.process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _tell(self, action: str, **told: Any) -> Any:
        request = urllib.request.Request(
            f"{self.urls['login_url']}/_control/{action}",
            data=encode(told),
            headers={"X-Control-Token": self.control_token, "Content-Type": "application/json"},
            method="POST",
        )
        try:
            with self._opener.open(request, timeout=CONTROL_TIMEOUT_SECONDS) as answer:
                return decode(answer.read())["result"]
        except HTTPError as refused:
            text = refused.read().decode("utf-8", "replace")
            raise SimulatorError(f"the simulator refused {action} with {refused.code}: {text}") from refused


def start(
    directory: Path,
    world: str = DEFAULT_WORLD,
    size: str = "demo",
    seed: int = 7,
    clock: date | None = None,
    certificate: Path | None = None,
    port: int = 0,
) -> Simulator:
    """A simulator that serves; it ends with `stop`, or when this process ends, however it ends.

    Shape: `directory` gets `ca.pem` and `simulator.log`; `world` names a factory as `module:function`.
    Errors: SimulatorError with the end of the child's log where it does not come up.
    """
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "ingestion.simulator", "--follow-parent", "--world", world, "--size", size]
    command += ["--seed", str(seed), "--directory", str(directory), "--port", str(port)]
    command += ["--clock", clock.isoformat()] if clock else []
    command += ["--certificate", str(certificate.resolve())] if certificate else []
    log_path = directory / LOG_FILE
    with log_path.open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT_DIRECTORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        process.wait()
        end = log_path.read_text()[-2_000:]
        raise SimulatorError(f"the simulator did not start (exit {process.returncode}). Its log ends:\n{end}")
    return Simulator(process, json.loads(line))
