"""`tenantry status` reads the published copy."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.cli import main

PUBLISHED_SQL = """
    create schema marts;
    create table marts.ops_freshness (
        vendor varchar, connection_id varchar, tenant_id varchar, table_name varchar, leg_state varchar,
        last_good_at timestamptz, last_attempt_at timestamptz, last_status varchar, stale_after_hours integer
    );
    create table marts.ops_load_status (
        run_id varchar, vendor varchar, connection_id varchar, tenant_id varchar, table_name varchar,
        started_at timestamptz, advice varchar
    );
    insert into marts.ops_freshness values
        ('microsoft', 'microsoft', 'tenant-b', 'users', 'stale', '2026-11-02 23:30:00+02', null, 'failed', 36),
        ('microsoft', 'microsoft', 'tenant-a', 'users', 'fresh', '2026-11-08 06:00:00+00', null, 'loaded', 36),
        ('pax8', 'pax8', '', 'invoices', 'missing', null, null, null, 72);
    insert into marts.ops_load_status values
        ('run-1', 'microsoft', 'microsoft', 'tenant-b', 'users', '2026-11-02 06:00:00+00', 'an older advice'),
        ('run-2', 'microsoft', 'microsoft', 'tenant-b', 'users', '2026-11-08 06:00:00+00', 'Renew the secret.'),
        ('run-2', 'microsoft', 'microsoft', 'tenant-a', 'users', '2026-11-08 06:00:00+00', null);
"""


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A published copy with one leg in each state."""
    file = tmp_path / "warehouse" / "published.duckdb"
    file.parent.mkdir()
    with duckdb.connect(str(file)) as connection:
        connection.execute(PUBLISHED_SQL)
    return file


def test_status_shows_each_leg_with_its_latest_advice(
    capsys: pytest.CaptureFixture[str], write_settings: Callable[..., Path], published: Path
) -> None:
    assert main(["status", "--settings", str(write_settings())]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[2] == ["microsoft", "microsoft", "tenant-a", "users", "fresh", "loaded", "2026-11-08", "06:00", "–"]
    assert lines[3] == [
        *("microsoft", "microsoft", "tenant-b", "users", "stale", "failed", "2026-11-02", "21:30"),
        *("Renew", "the", "secret."),
    ]
    assert lines[4] == ["pax8", "pax8", "–", "invoices", "missing", "–", "–", "–"]


def test_status_counts_the_states(
    capsys: pytest.CaptureFixture[str], write_settings: Callable[..., Path], published: Path
) -> None:
    main(["status", "--settings", str(write_settings())])
    assert "3 tables: 1 fresh, 1 stale, 1 missing." in capsys.readouterr().out


def test_status_of_a_file_without_marts_says_what_to_do(
    capsys: pytest.CaptureFixture[str], write_settings: Callable[..., Path], published: Path
) -> None:
    with duckdb.connect(str(published)) as connection:
        connection.execute("drop table marts.ops_freshness")
    assert main(["status", "--settings", str(write_settings())]) == 1
    assert "Run `tenantry run` to publish again" in capsys.readouterr().err
