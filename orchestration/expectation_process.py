"""Great Expectations in a process of its own: frames and rules in, the names of broken rules out.

Its import takes three seconds of one core, and Python uses one core per process: here they pass beside the run. Frames
go through a pipe and never to a file. The process ends with its pipe, so also with a run that was killed. Where Great
Expectations is imported already, it is asked in this process.
"""

import atexit
import contextlib
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO

from ingestion.child_process import python_module
from ingestion.http.quiet import quiet_loggers
from orchestration.errors import OrchestrationError

LIBRARY = "great_expectations"


class ChecksFailed(OrchestrationError):
    """The checks themselves could not run; says nothing about the rows."""


@dataclass(frozen=True)
class Rule:
    """One expectation by its name in Great Expectations, with its arguments."""

    expectation: str
    arguments: Mapping[str, Any]


def start_early() -> None:
    """Begin to import Great Expectations, where that has not happened."""
    if LIBRARY not in sys.modules:
        _process()


def broken_rules(name: str, frame: Any, rules: Sequence[Rule]) -> tuple[str, ...]:
    """Names of the rules that a pandas frame does not meet, as `rule(column)`.

    Errors: ChecksFailed when Great Expectations could not judge; the text names the kind of error, never a value.
    """
    if LIBRARY in sys.modules:
        return _validate(name, frame, rules)
    process = _process()
    assert process.stdin is not None and process.stdout is not None
    try:
        pickle.dump((name, frame, tuple(rules)), process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        outcome, answer = pickle.load(process.stdout)
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        _process.cache_clear()
        _end(process)
        raise ChecksFailed(_could_not(name, f"its process ended with {process.returncode}")) from error
    if outcome != "broken":
        raise ChecksFailed(_could_not(name, answer))
    return answer


def _could_not(name: str, found: str) -> str:
    return (
        f"checks of {name}: Great Expectations could not judge the rows ({found}). Expected a verdict; nothing was "
        "published. Run again; if it stays, run `make setup` or report it."
    )


@cache
def _process() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        python_module("orchestration.expectation_process"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the library's own words can quote values
    )
    atexit.register(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    # It holds nothing that could be lost, and would take a second to say good-bye.
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was not sent to a process that has ended
                pipe.close()


def _validate(name: str, frame: Any, rules: Sequence[Rule]) -> tuple[str, ...]:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    suite = [getattr(gxe, rule.expectation)(**rule.arguments) for rule in rules]
    batch = (
        _context()
        .data_sources.add_or_update_pandas("load")
        .add_dataframe_asset(name)
        .add_batch_definition_whole_dataframe("rows")
        .get_batch(batch_parameters={"dataframe": frame})
    )
    # BOOLEAN_ONLY: every richer format carries unexpected values, which are row content.
    result = batch.validate(gx.ExpectationSuite(name=name, expectations=suite), result_format="BOOLEAN_ONLY")
    return tuple(_rule_name(item.expectation_config) for item in result.results if not item.success)


@cache
def _context() -> Any:
    # One for the process: each new one makes folders and costs a third of a second.
    import great_expectations as gx

    # Its lines may hold what it looks at, which is rows.
    quiet_loggers()
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = {"globally": False}
    return context


def _rule_name(config: Any) -> str:
    column = config.kwargs.get("column") or ",".join(config.kwargs.get("column_list", ()))
    return f"{config.type}({column})" if column else config.type


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer pickled (name, frame, rules) with ("broken", names) or ("error", kind of error) until the pipe ends."""
    import great_expectations.expectations  # noqa: F401
    import pandas  # noqa: F401

    while True:
        try:
            name, frame, rules = pickle.load(requests)
        except EOFError:
            return
        try:
            answer = ("broken", _validate(name, frame, rules))
        except Exception as error:  # whatever the library raises is told by its kind alone: its text can quote a row
            answer = ("error", type(error).__name__)
        pickle.dump(answer, answers)
        answers.flush()


def main() -> None:
    """Serve over standard input and output; what libraries print goes nowhere."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    try:
        serve(sys.stdin.buffer, answers)
    except BrokenPipeError:
        # The run has ended, or was killed: nobody waits for the answer.
        sys.stderr.close()


if __name__ == "__main__":
    # Pickled rules name this module, not `__main__`.
    from orchestration import expectation_process

    expectation_process.main()
