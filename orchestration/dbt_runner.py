"""dbt in this process: one parse, then one build with the run's variables, and its results as plain values.

A subprocess would cost twelve seconds more and could not share the warehouse file. The variables change with every run,
so the project is parsed without them and the parsed manifest is handed to the build: dbt would otherwise parse it all
again for each new date.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.machine_problem import machine_problem, machine_problem_of_text
from orchestration import dbt_unchanged
from orchestration.errors import OrchestrationError

PROJECT_FOLDER = Path(__file__).parents[1] / "transform"
# Shared by every warehouse, so that dbt's cache of the parsed project is: parsing anew costs ten seconds.
PARSE_FOLDER = PROJECT_FOLDER / "target" / "parse"
PROFILE = "tenantry"
# Nodes that an invocation leaves out carry this tag: dbt looks for a path or a name of its command line at every node,
# and on the disk, which costs a second.
LEFT_OUT_TAG = "left_out_of_this_build"
UNCHANGED = "no-op"
SKIPPED = "skipped"
MOST_NAMED = 10
PASSED = frozenset({"success", "pass", UNCHANGED})
# What stands in these folders is proven again by the marts and the history that read it; their own tests, like the unit
# tests, belong to the project's checks (`make test`) and not to every run.
PROJECT_TESTED = ("models/staging", "models/intermediate", "seeds")
# History takes its columns from staging as they are; what a run must prove of it anew is that no interval overlaps.
HISTORY = "models/history"
PROJECT_TESTED_OF_HISTORY = ("not_null", "accepted_values")


def state_folder_of(warehouse: Path) -> Path:
    """Where dbt keeps its profile and compiled models for one warehouse file; another file beside it has its own."""
    return warehouse.parent / ".tenantry" / "dbt" / warehouse.stem


class DbtFailed(OrchestrationError):
    """dbt could not start or parse the project; the text names the place and what to do."""


@dataclass(frozen=True)
class NodeResult:
    """How one model, seed or test ended. problem: what the machine could not do, with what to do; blank for none."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    severity: str
    message: str
    failures: int
    seconds: float
    problem: str = ""

    @property
    def is_passed(self) -> bool:
        """The node did what it should."""
        return self.status in PASSED

    @property
    def is_unchanged(self) -> bool:
        """The node needed no build."""
        return self.status == UNCHANGED

    @property
    def is_blocking(self) -> bool:
        """The node failed and publishing must not go on: a model, a seed, or a test of severity error."""
        return self.status in {"error", "fail", "runtime error", SKIPPED}


@dataclass(frozen=True)
class DbtResult:
    """Every node's result of one invocation, in the order of their end."""

    nodes: tuple[NodeResult, ...]

    @property
    def blocking(self) -> tuple[NodeResult, ...]:
        """Nodes that keep the last good copy in place: what failed, then what was skipped because of it."""
        return tuple(sorted((node for node in self.nodes if node.is_blocking), key=lambda node: node.status == SKIPPED))

    @property
    def blocking_text(self) -> str:
        """Why the last good copy stays: a problem of the machine where there is one, else which models and tests."""
        problem = next((node.problem for node in self.blocking if node.problem), None)
        if problem is not None:
            return problem
        names = ", ".join(f"{node.resource_type} {node.name} ({node.status})" for node in self.blocking[:MOST_NAMED])
        return f"{len(self.blocking)} blocking dbt results: {names}"

    @property
    def warnings(self) -> tuple[NodeResult, ...]:
        """Tests that failed without blocking."""
        return tuple(node for node in self.nodes if not node.is_passed and not node.is_blocking)


def build(
    warehouse: Path,
    variables: Mapping[str, Any],
    *,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    state_folder: Path,
    threads: int,
    on_node: Callable[[NodeResult], None] = lambda node: None,
) -> DbtResult:
    """Build models and seeds and run their tests against one warehouse file.

    `state_folder` takes dbt's target and log folders, so that nothing is written into the installed project.
    Errors: DbtFailed when the project cannot be parsed or dbt stops before its first node.
    """
    from dbt.cli.main import dbtRunner

    arguments = ["build", "--exclude-resource-type", "unit_test", "--vars", json.dumps(dict(variables))]
    if select:
        arguments += ["--select", *select]
    # Else dbt leaves out every test that reads an excluded folder, wherever it lies: the sums that must tie out.
    arguments += ["--indirect-selection", "empty", "--exclude", *exclude, f"tag:{LEFT_OUT_TAG}"]
    nodes: list[NodeResult] = []

    def collect(event: Any) -> None:
        if event.info.name != "NodeFinished":
            return
        result = _node_result(event)
        if result is not None:
            nodes.append(result)
            on_node(result)

    write_profile(warehouse, state_folder, threads)
    manifest = parse(warehouse.stem)
    current = dbt_unchanged.definitions(manifest, variables)
    kept = dbt_unchanged.unchanged(warehouse, manifest, current)
    dbt_unchanged.forget(warehouse, current.keys() - kept)
    for unique_id in {*kept, *_tests_of_the_project(manifest)}:
        manifest.nodes[unique_id].tags.append(LEFT_OUT_TAG)
    try:
        outcome = dbtRunner(manifest=manifest, callbacks=[collect]).invoke([*arguments, *_common(state_folder)])
    finally:
        close_connections()
    if outcome.exception is not None:
        problem = machine_problem(outcome.exception, warehouse.parent)
        if problem is not None:
            raise DbtFailed(f"dbt stopped: {problem.text}. Nothing was published. {problem.advice}") from None
        raise DbtFailed(
            f"dbt stopped: {type(outcome.exception).__name__}. Nothing was published. "
            "Run `dbt parse` in transform/ to see the place, mend it and run again."
        ) from None  # the database's message can quote a row, and whoever stores this error stores its cause
    results = _with_messages(nodes, outcome.result, warehouse.parent)
    dbt_unchanged.note_built(warehouse, current, [node.unique_id for node in results if node.is_passed])
    return DbtResult(results if select else _with_unchanged(results, manifest, kept))


def parse(database: str = "tenantry") -> Any:
    """The project's manifest for warehouse files of one name; dbt's own cache makes this quick when no file changed.

    Errors: DbtFailed with dbt's own words, which name file and line.
    """
    from dbt.cli.main import dbtRunner

    # dbt drops its cache when the profile differs, so this one leads to no real file. The name must be the real one:
    # every relation carries it as its database.
    folder = PARSE_FOLDER / database
    write_profile(Path(f"{database}.duckdb"), folder, threads=1)
    outcome = dbtRunner().invoke(["parse", *_common(folder)])
    if not outcome.success:
        raise DbtFailed(f"dbt cannot parse {PROJECT_FOLDER.name}/: {outcome.exception}") from outcome.exception
    return outcome.result


def is_run_test(node: Mapping[str, Any]) -> bool:
    """Whether a test node of the manifest file is part of every run."""
    name = (node.get("test_metadata") or {}).get("name")
    return node["resource_type"] == "test" and not _is_project_tested(node["original_file_path"], name)


def _tests_of_the_project(manifest: Any) -> list[str]:
    return [
        unique_id
        for unique_id, node in manifest.nodes.items()
        if node.resource_type == "test"
        and _is_project_tested(node.original_file_path, getattr(getattr(node, "test_metadata", None), "name", None))
    ]


def _is_project_tested(path: str, test_name: str | None) -> bool:
    return path.startswith(PROJECT_TESTED) or (path.startswith(HISTORY) and test_name in PROJECT_TESTED_OF_HISTORY)


def close_connections() -> None:
    """Close the handle that dbt-duckdb keeps open after it returns: it would show an old file to a publisher."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()
    reset_adapters()


def _common(state_folder: Path) -> list[str]:
    # No result files, no log file, no lines on the console: all repeat the database's messages, which can quote a
    # value of a row.
    return [
        "--project-dir", str(PROJECT_FOLDER), "--profiles-dir", str(state_folder),
        "--target-path", str(state_folder / "target"), "--log-path", str(state_folder / "logs"),
        "--log-level", "none", "--log-level-file", "none", "--no-write-json",
        "--quiet", "--no-use-colors", "--no-send-anonymous-usage-stats", "--no-version-check",
    ]  # fmt: skip


def write_profile(warehouse: Path, state_folder: Path, threads: int) -> None:
    """Write the dbt profile of one warehouse file into the folder that dbt is pointed to."""
    output = {"type": "duckdb", "path": str(warehouse), "threads": threads}
    state_folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({PROFILE: {"target": "run", "outputs": {"run": output}}}, indent=2)
    (state_folder / "profiles.yml").write_text(text, encoding="utf-8")


def _node_result(event: Any) -> NodeResult | None:
    info = event.data.node_info
    if info.resource_type not in {"model", "seed", "test", "snapshot", "unit_test"}:
        return None
    result = event.data.run_result
    return NodeResult(
        unique_id=info.unique_id,
        name=info.node_name,
        resource_type=info.resource_type,
        status=str(result.status),
        severity="",
        message="",
        failures=int(result.num_failures or 0),
        seconds=float(result.execution_time or 0.0),
    )


def _with_messages(nodes: Sequence[NodeResult], outcome: Any, folder: Path) -> tuple[NodeResult, ...]:
    # A database's message can quote a value; only the kind of error and problems of the machine are kept, never data.
    details = {result.node.unique_id: result for result in getattr(outcome, "results", ())}
    seen = {node.unique_id for node in nodes}
    completed = list(nodes)
    for unique_id, result in details.items():
        if unique_id not in seen:
            completed.append(
                NodeResult(
                    unique_id, result.node.name, str(result.node.resource_type), str(result.status), "", "", 0, 0.0
                )
            )
    return tuple(
        dataclasses.replace(
            node,
            message=_error_kind(details.get(node.unique_id)),
            problem=_problem(details.get(node.unique_id), folder),
        )
        for node in completed
    )


def _with_unchanged(results: Sequence[NodeResult], manifest: Any, kept: set[str]) -> tuple[NodeResult, ...]:
    """Relations first, each after those it reads, then tests; what needed no build is there as `no-op`."""
    relations = {result.unique_id: result for result in results if result.resource_type in ("model", "seed")}
    for unique_id in kept - relations.keys():
        node = manifest.nodes[unique_id]
        relations[unique_id] = NodeResult(unique_id, node.name, str(node.resource_type), UNCHANGED, "", "", 0, 0.0)
    ordered = [relations[unique_id] for unique_id in dbt_unchanged.in_order(manifest, relations)]
    return (*ordered, *(result for result in results if result.unique_id not in relations))


def _error_kind(result: Any) -> str:
    message = str(getattr(result, "message", "") or "")
    kinds = [line.split(":", 1)[0].strip() for line in message.splitlines() if " Error" in line.split(":", 1)[0]]
    return kinds[-1] if kinds else str(getattr(result, "status", ""))


def _problem(result: Any, folder: Path) -> str:
    found = machine_problem_of_text(str(getattr(result, "message", "") or ""), folder)
    return "" if found is None else f"{found.text}. {found.advice}"
