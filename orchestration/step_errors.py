"""Errors of a step as they may be stored: our own texts as they are, everything else without its message.

Dagster keeps the text of whatever a step raises, and a database quotes values of rows in its messages. So an unexpected
error leaves a step as its kind and the places it passed, which is what a defect report needs. What the machine could
not do, such as a full disk, is named.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_contracts.contract import ContractViolation
from ingestion.legs import IngestionError
from ingestion.machine_problem import machine_problem
from orchestration.errors import OrchestrationError

PLACES = 6


class StepFailed(OrchestrationError):
    """A step of a run failed; the text is safe to show and to store."""


@contextmanager
def storable_errors(step: str, *folders: Path) -> Iterator[None]:
    """Let only errors out of a step whose text may be kept. folders: where the step writes.

    Errors: StepFailed in place of every unexpected one, without its message and without its cause.
    """
    from dagster import Failure

    try:
        yield
    except (OrchestrationError, IngestionError, ContractViolation, Failure):
        raise
    except Exception as error:
        problem = machine_problem(error, *folders)
        if problem is not None:
            # Not from the error: the cause would be stored with its message.
            raise StepFailed(f"{step}: {problem.text}. The last good copy stays published. {problem.advice}") from None
        frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
        places = " → ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)
        text = (
            f"{step}: unexpected {type(error).__module__}.{type(error).__qualname__} at {places}. Its message is left "
            "out because it may hold data. Nothing was published; the last good copy stays. Please report this."
        )
        # The cause would be stored with its message.
        raise StepFailed(text) from None
