"""The command `tenantry`: parse, call one command, turn its end into an exit code.

Commands are imported when they are called, so that `--help` answers at once.
"""

import importlib
import io
import logging
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

from orchestration.command_line import command_parser
from orchestration.errors import OrchestrationError
from orchestration.private_files import private_files

FAILED_EXIT_CODE = 1
INTERRUPTED_EXIT_CODE = 130
BROKEN_PIPE_EXIT_CODE = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Errors: none leave; expected ones are printed as one paragraph, unexpected ones without their message, which may
    hold content of a row.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # The extra is what dagster-dbt asks for; a user can do nothing about it.
    warnings.filterwarnings("ignore", message=r"sqlglot\[rs\] is deprecated")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A path or a dash that the terminal's encoding lacks must not end a command whose work is done.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        parsed = command_parser().parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    command = importlib.import_module(f"orchestration.commands.{parsed.module}")
    try:
        with private_files():
            code = command.run(parsed)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE_EXIT_CODE
    except OrchestrationError as error:
        print(f"tenantry {parsed.command}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(
            f"tenantry {parsed.command}: interrupted. Run it again; what was not finished is redone.", file=sys.stderr
        )
        return INTERRUPTED_EXIT_CODE
    except Exception as error:
        if _is_told(error):
            print(f"tenantry {parsed.command}: {error}", file=sys.stderr)
        else:
            _print_unexpected(parsed.command, error)
        return FAILED_EXIT_CODE


def _is_told(error: Exception) -> bool:
    """Whether the error's own text is written for people and safe to show."""
    # Imported here alone: they bring pyarrow, and an error that got this far has paid for it already.
    from data_contracts.contract import ContractViolation
    from ingestion.legs import IngestionError

    return isinstance(error, (ContractViolation, IngestionError))


def _print_unexpected(command: str, error: BaseException) -> None:
    """What the machine could not do, else where the error came from: messages stay out, a database quotes values."""
    from ingestion.machine_problem import machine_problem

    problem = machine_problem(error, Path(tempfile.gettempdir()))
    if problem is not None:
        print(f"tenantry {command}: {problem.text}. {problem.advice}", file=sys.stderr)
        return
    frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    print(
        f"{frames}tenantry {command}: unexpected {type(error).__module__}.{type(error).__qualname__}. Its message is "
        "left out because it may hold data. The published copy is as it was. Please report the lines above.",
        file=sys.stderr,
    )


if __name__ == "__main__":
    sys.exit(main())
