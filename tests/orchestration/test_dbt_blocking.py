"""Which ends of dbt's nodes keep the last good copy in place: a small project whose nodes end in every way."""

from collections.abc import Iterator, Mapping

import pytest

from orchestration import dbt_runner
from orchestration.dbt_runner import DbtResult, NodeResult

PROJECT = """\
name: tenantry
version: "1.0"
profile: tenantry
flags: {send_anonymous_usage_stats: false}
"""
FILES = {
    "dbt_project.yml": PROJECT,
    "models/good.sql": "select 1 as id",
    "models/broken.sql": "select * from no_such_table",
    "models/above_broken.sql": "select * from {{ ref('broken') }}",
    "tests/error_test.sql": "select * from {{ ref('good') }}",
    "tests/warn_test.sql": "{{ config(severity='warn') }} select * from {{ ref('good') }}",
    "tests/passing_test.sql": "select * from {{ ref('good') }} where id > 1",
}
BLOCKING = {"error_test": "fail", "broken": "error", "above_broken": "skipped"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtResult]:
    """One build of the small project."""
    folder = tmp_path_factory.mktemp("dbt")
    for name, text in FILES.items():
        file = folder / "transform" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt_runner, "PROJECT_FOLDER", folder / "transform")
        patch.setattr(dbt_runner, "PARSE_FOLDER", folder / "parse")
        yield dbt_runner.build(folder / "small.duckdb", {}, state_folder=folder / "state", threads=1)


def ends(nodes: tuple[NodeResult, ...]) -> Mapping[str, str]:
    """Status by name."""
    return {node.name: node.status for node in nodes}


def test_failed_model_what_it_holds_up_and_a_failed_test_of_severity_error_block(built: DbtResult) -> None:
    assert ends(built.blocking) == BLOCKING
    # A summary names the first few, and the cause must be among them.
    assert [node.name for node in built.blocking][-1] == "above_broken"
    assert all(f"{name} ({status})" in built.blocking_text for name, status in BLOCKING.items())
    assert built.blocking_text.startswith("3 blocking dbt results: ")


def test_failed_test_of_severity_warn_is_a_warning_and_what_passed_is_neither(built: DbtResult) -> None:
    assert ends(built.warnings) == {"warn_test": "warn"}
    assert {node.name for node in built.nodes if node.is_passed} == {"good", "passing_test"}


@pytest.mark.parametrize("status", ["error", "fail", "runtime error", "skipped", "warn", "pass", "success", "no-op"])
def test_every_end_is_either_passed_or_blocking_or_a_warning(status: str) -> None:
    node = NodeResult("test.tenantry.x", "x", "test", status, "", "", 1, 0.0)
    result = DbtResult((node,))

    assert [node.is_passed, node.is_blocking, bool(result.warnings)].count(True) == 1
    assert node.is_passed is (status in {"pass", "success", "no-op"})
