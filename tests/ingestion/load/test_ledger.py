"""Runs and their stages: what a later run must know of a former one."""

from ingestion.load import Stage, Warehouse, advance_run, begin_run, prepare
from tests.ingestion.load.fake_legs import ask, run_of


def test_run_whose_history_was_not_built_is_reported_until_it_is(warehouse: Warehouse) -> None:
    prepare(warehouse)
    run = run_of(0)
    with warehouse.connect() as connection:
        begin_run(connection, run, tenant_filter="tenant-a")
        advance_run(connection, run.run_id, Stage.LOADED)

    reported = prepare(warehouse).unbuilt
    with warehouse.connect() as connection:
        advance_run(connection, run.run_id, Stage.FAILED, is_history_built=True)

    assert reported is not None
    assert (reported.run_id, reported.as_of, reported.started_at) == (run.run_id, run.as_of, run.started_at)
    assert prepare(warehouse).unbuilt is None


def test_history_flag_stays_once_it_is_true(warehouse: Warehouse) -> None:
    prepare(warehouse)
    run = run_of(0)
    with warehouse.connect() as connection:
        begin_run(connection, run)
        advance_run(connection, run.run_id, Stage.BUILT, is_history_built=True)
        advance_run(connection, run.run_id, Stage.PUBLISHED, finished_at=run.started_at)

    assert ask(warehouse, "select stage, is_history_built, finished_at is not null from ops.runs") == [
        ("published", True, True)
    ]


def test_run_that_was_killed_is_marked_failed_by_the_next(warehouse: Warehouse) -> None:
    prepare(warehouse)
    with warehouse.connect() as connection:
        begin_run(connection, run_of(0))

    prepare(warehouse)

    assert ask(warehouse, "select stage from ops.runs") == [("failed",)]
