"""Commands in forked children of one process that has imported everything: each a process of its own, without the
fifteen seconds of imports.

A child has its own environment, files for its output and end; a killed one is really killed. `python -m
tests.warm_process` reads one JSON request per line and answers with the child's pid, then with its exit code.
"""

import atexit
import contextlib
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ended:
    """How a command ended; exit_code is minus the signal's number for a killed one."""

    exit_code: int
    output: str
    errors: str

    @property
    def text(self) -> str:
        """All that it printed."""
        return self.output + self.errors


class RunningCommand:
    """A command that was started and may be waited for, once."""

    def __init__(self, server: "WarmProcess", pid: int, output: Path, errors: Path) -> None:
        self.pid = pid
        self._server = server
        self._output = output
        self._errors = errors

    def kill(self) -> None:
        """SIGKILL, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> Ended:
        """Its end."""
        code = self._server.answer()["exit_code"]
        return Ended(code, self._output.read_text("utf-8"), self._errors.read_text("utf-8"))


class WarmProcess:
    """The process that forks; one command at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._busy = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.warm_process"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], kill_at: tuple[str, int] | None = None
    ) -> RunningCommand:
        """Start `tenantry ARGUMENTS`; kill_at is a stage of killed_run and its occurrence."""
        self._busy.acquire()
        self._count += 1
        output, errors = self._folder / f"{self._count}.out", self._folder / f"{self._count}.err"
        request = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "kill_at": kill_at,
            "output": str(output),
            "errors": str(errors),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return RunningCommand(self, self._answer()["pid"], output, errors)

    def answer(self) -> dict[str, int]:
        """The end of the command that runs."""
        found = self._answer()
        self._busy.release()
        return found

    def stop(self) -> None:
        """End the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _answer(self) -> dict[str, int]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the warm process ended with {self._process.wait()}"
        return json.loads(line)


def _import_everything() -> None:
    import dbt.adapters.duckdb  # noqa: F401
    import dbt.cli.main  # noqa: F401
    import great_expectations.expectations  # noqa: F401
    import pandas  # noqa: F401
    import rich.progress  # noqa: F401

    import ingestion.connectwise.source  # noqa: F401
    import ingestion.load  # noqa: F401
    import ingestion.microsoft.source  # noqa: F401
    import ingestion.pax8.source  # noqa: F401
    import orchestration.cli  # noqa: F401
    import orchestration.commands.publish  # noqa: F401
    import orchestration.commands.run  # noqa: F401
    import orchestration.definitions  # noqa: F401
    import orchestration.publishing  # noqa: F401
    import orchestration.run_job  # noqa: F401
    from ingestion.load.isolation import import_dlt

    import_dlt()


def _child(request: dict) -> int:
    for number, path in ((1, request["output"]), (2, request["errors"])):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(request["environment"])
    # The folder for temporary files was looked up in the parent's environment, and an import has set up logging.
    tempfile.tempdir = None
    logging.getLogger().handlers.clear()
    if request["kill_at"] is not None:
        from tests.orchestration.run.killed_run import kill_at

        kill_at(*request["kill_at"])
    from orchestration.cli import main

    code = main(request["arguments"])
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def main() -> None:
    """Serve requests until standard input ends."""
    _import_everything()
    # What was imported stays: a child that collects would copy every page of it.
    gc.freeze()
    print(json.dumps({"ready": os.getpid()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                code = _child(request)
            finally:
                os._exit(code)
        print(json.dumps({"pid": pid}), flush=True)
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"exit_code": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    main()
