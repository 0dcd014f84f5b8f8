"""Makes the run of this process kill itself at a named point; only for children that are made to die.

The points: `VENDOR:STAGE` for the stages of the load path (RunContext.on_stage), `mid_dbt` (after a history model) and
`before_rename` (the new published file is finished, the old one still in place).
"""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any


def kill_at(stage: str, occurrence: int) -> None:
    """Arrange for SIGKILL when the stage is reached for the n-th time."""
    left = occurrence

    def reached(name: str) -> None:
        nonlocal left
        if name == stage:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if stage == "mid_dbt":
        _watch_dbt(reached)
    elif stage == "before_rename":
        _watch_publishing(reached)
    else:
        _watch_load(reached)


def _watch_load(reached: Callable[[str], None]) -> None:
    from orchestration.run_session import RunSession

    make_context, load = RunSession.__dict__["_context"].func, RunSession.load
    loading = ""

    def watched(session: RunSession, vendor: str, tables: Sequence[str]) -> Any:
        nonlocal loading
        loading = vendor
        return load(session, vendor, tables)

    def context(session: RunSession) -> Any:
        return replace(make_context(session), on_stage=lambda stage: reached(f"{loading}:{stage}"))

    RunSession.load = watched
    RunSession._context = cached_property(context)
    RunSession._context.__set_name__(RunSession, "_context")


def _watch_dbt(reached: Callable[[str], None]) -> None:
    from orchestration import dbt_runner

    build = dbt_runner.build

    def watched(*arguments: Any, **options: Any) -> Any:
        def on_node(node: dbt_runner.NodeResult) -> None:
            if node.resource_type == "model" and node.name.startswith("hist_"):
                reached("mid_dbt")

        return build(*arguments, **{**options, "on_node": on_node})

    dbt_runner.build = watched


def _watch_publishing(reached: Callable[[str], None]) -> None:
    from orchestration import published_file

    put_into_place = published_file.put_into_place

    def watched(*arguments: Any) -> None:
        reached("before_rename")
        put_into_place(*arguments)

    published_file.put_into_place = watched
