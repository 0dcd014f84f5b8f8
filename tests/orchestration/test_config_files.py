"""`config/*.csv` → typed rows, or every problem with file, line and column."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.config_files import ConfigFileError, ConfigFiles, read_config_files
from orchestration.config_rows import ROW_CLASSES, AgentCostRateRow, header
from orchestration.finding_names import POSTURE_RULES
from orchestration.settings_text import EXAMPLE_ROWS, starting_config_file

TENANT = "0f3c0000-0000-0000-0000-0000000000aa"
HEADERS = {row_class.file_name: ",".join(header(row_class)) for row_class in ROW_CLASSES}


def write(folder: Path, name: str, *lines: str) -> None:
    """A reviewed file with its header on line 1 and these rows from line 2."""
    (folder / name).write_text("\n".join([HEADERS[name], *lines]) + "\n", encoding="utf-8")


def problems_of(folder: Path) -> list[str]:
    """The problems that reading the folder tells, as text."""
    with pytest.raises(ConfigFileError) as raised:
        read_config_files(folder)
    assert raised.value.exit_code == 64
    assert "nothing was changed" in str(raised.value)
    return [str(problem) for problem in raised.value.problems]


def test_headers_are_those_of_the_interface() -> None:
    assert HEADERS == {
        "customer_map.csv": "namespace,external_id,customer_id,decision,decided_by,decided_on,note",
        "product_map.csv": "namespace,code,product_id,units_per_item,decision,decided_by,decided_on,note",
        "exceptions.csv": "rule_or_kind,customer_id,tenant_id,subject_id,reason,owner,expires_on",
        "agent_cost_rates.csv": "agent_id,valid_from,valid_to,hourly_cost,currency_code",
        "fx_rates.csv": "rate_date,from_currency,to_currency,rate,source",
        "break_glass.csv": "tenant_id,user,owner,note",
        "vendor_terms.csv": "namespace,code,value,decision,decided_by,decided_on,note",
    }


def test_read_absent_folder_gives_no_rows(tmp_path: Path) -> None:
    assert read_config_files(tmp_path / "config") == ConfigFiles()


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"# only a comment\n"])
def test_read_file_without_its_header_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "customer_map.csv").write_bytes(content)
    assert problems_of(tmp_path) == [
        f"customer_map.csv, line 1: found no header line, expected the header {HEADERS['customer_map.csv']}"
    ]


def test_read_starting_files_give_no_rows(tmp_path: Path) -> None:
    for row_class in ROW_CLASSES:
        (tmp_path / row_class.file_name).write_text(starting_config_file(row_class))
    assert read_config_files(tmp_path) == ConfigFiles()


@pytest.mark.parametrize("name", HEADERS)
def test_read_example_row_of_each_file_is_accepted(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, EXAMPLE_ROWS[name])
    assert len(getattr(read_config_files(tmp_path), name.removesuffix(".csv"))) == 1


def test_read_rate_is_typed(tmp_path: Path) -> None:
    write(tmp_path, "agent_cost_rates.csv", "17,2026-01-01,,52.50,USD")
    assert read_config_files(tmp_path).agent_cost_rates == (
        AgentCostRateRow("17", date(2026, 1, 1), None, Decimal("52.50"), "USD"),
    )


def test_read_comments_blank_lines_and_byte_order_mark_are_ignored(tmp_path: Path) -> None:
    text = f"\ufeff# reviewed\r\n\r\n{HEADERS['fx_rates.csv']}\r\n# euro\r\n2026-10-30,EUR,USD,1.0845,manual\r\n"
    (tmp_path / "fx_rates.csv").write_bytes(text.encode())
    assert read_config_files(tmp_path).fx_rates[0].rate == Decimal("1.0845")


def test_read_tenant_ids_and_users_become_lower_case(tmp_path: Path) -> None:
    write(tmp_path, "break_glass.csv", f"{TENANT.upper()},Break@Glass.example,ana,")
    write(tmp_path, "customer_map.csv", f"tenant,{TENANT.upper()},250,accepted,ana,2026-09-01,")
    files = read_config_files(tmp_path)
    assert (files.break_glass[0].tenant_id, files.break_glass[0].user) == (TENANT, "break@glass.example")
    assert files.customer_map[0].external_id == TENANT


def test_read_adjoining_intervals_are_accepted(tmp_path: Path) -> None:
    write(tmp_path, "agent_cost_rates.csv", "17,2026-01-01,2026-03-01,52.50,USD", "17,2026-03-01,,55.00,USD")
    assert len(read_config_files(tmp_path).agent_cost_rates) == 2


@pytest.mark.parametrize(
    ("name", "row", "column", "found", "expected"),
    [
        ("customer_map.csv", "tenants,x,250,accepted,ana,2026-09-01,", "namespace", "'tenants'", 'mean "tenant"'),
        ("customer_map.csv", "pax8,x,250,acepted,ana,2026-09-01,", "decision", "'acepted'", "accepted, rejected"),
        ("customer_map.csv", "pax8,x,,accepted,ana,2026-09-01,", "customer_id", "nothing", "a value"),
        ("customer_map.csv", "pax8,x,250,accepted,ana,01.09.2026,", "decided_on", "'01.09.2026'", "2026-09-01"),
        ("customer_map.csv", "pax8,x,250,accepted,ana,2026-02-30,", "decided_on", "'2026-02-30'", "a date"),
        ("customer_map.csv", "tenant,x,250,accepted,ana,2026-09-01,", "external_id", "1 characters", "GUID"),
        ("product_map.csv", "psa,A,m365,1,accepted,ana,2026-09-01,", "product_id", "'m365'", "ms:<SKU GUID>"),
        ("product_map.csv", "psa,A,psa:A,0,accepted,ana,2026-09-01,", "units_per_item", "'0'", "above 0"),
        ("product_map.csv", 'psa,A,psa:A,"1,5",accepted,ana,2026-09-01,', "units_per_item", "a text of 3", "a point"),
        ("exceptions.csv", "shelfwear,250,*,*,why,ana,2026-12-31", "rule_or_kind", "'shelfwear'", 'mean "shelfware"'),
        ("exceptions.csv", "shelfware,250,*,*,why,ana,", "expires_on", "nothing", "a date"),
        ("agent_cost_rates.csv", "17,2026-01-01,2026-01-01,1,USD", "valid_to", "not after valid_from", "a later date"),
        ("agent_cost_rates.csv", "17,2026-01-01,,-1,USD", "hourly_cost", "'-1'", "not negative"),
        ("agent_cost_rates.csv", "17,2026-01-01,,1,Dollar", "currency_code", "a text of 6", "ISO 4217"),
        ("fx_rates.csv", "2026-10-30,EUR,USD,99999999999,manual", "rate", "'99999999999'", "up to 10 digits before it"),
        ("fx_rates.csv", "2026-10-30,EUR,USD,1.0845678901,", "rate", "'1.0845678901'", "9 behind it"),
        ("agent_cost_rates.csv", "17,2026-01-01,,١,USD", "hourly_cost", "a text of 1", "up to 12 digits before it"),
        ("fx_rates.csv", "2026-10-30,EUR,EUR,1,manual", "to_currency", "the same currency", "another one"),
        ("vendor_terms.csv", "timezone,x,UTC,accepted,ana,2026-09-01,", "namespace", "'timezone'", "time_zone"),
        ("vendor_terms.csv", "time_zone,x,America/Newyork,accepted,ana,2026-09-01,", "value", "15", "America/New_York"),
        ("vendor_terms.csv", "time_zone,x,Eastern Standard Time,accepted,ana,2026-09-01,", "value", "21", "IANA name"),
        ("vendor_terms.csv", "billing_cycle,x,0,accepted,ana,2026-09-01,", "value", "'0'", "a whole number of months"),
        ("vendor_terms.csv", "billing_cycle,x,1.5,accepted,ana,2026-09-01,", "value", "'1.5'", "or none"),
        ("vendor_terms.csv", "billing_cycle,x,121,accepted,ana,2026-09-01,", "value", "'121'", "up to 120"),
        ("vendor_terms.csv", "billing_cycle,,6,accepted,ana,2026-09-01,", "code", "nothing", "a value"),
        ("break_glass.csv", "contoso,a@b.example,ana,", "tenant_id", "a text of 7", "GUID"),
        ("break_glass.csv", f"{TENANT},Some Person,ana,", "user", "a text of 11", "an object id or a UPN"),
    ],
)  # fmt: skip
def test_read_bad_cell_names_file_line_column_found_and_expected(
    tmp_path: Path, name: str, row: str, column: str, found: str, expected: str
) -> None:
    write(tmp_path, name, row)
    problems = problems_of(tmp_path)
    assert len(problems) == 1
    assert problems[0].startswith(f"{name}, line 2, column {column}: found ")
    assert found in problems[0] and expected in problems[0]


@pytest.mark.parametrize(
    ("name", "rows", "column", "found"),
    [
        (
            "agent_cost_rates.csv",
            ["17,2026-01-01,,1,USD", "18,2026-01-01,,1,USD", "17,2026-02-01,2026-03-01,1,USD"],
            "valid_from",
            "overlaps line 2's, which ends never",
        ),
        (
            "fx_rates.csv",
            ["2026-10-30,EUR,USD,1,a", "2026-10-31,EUR,USD,1,a", "2026-10-30,EUR,USD,2,b"],
            "rate_date",
            "the same rate_date, from_currency, to_currency as line 2",
        ),
        (
            "customer_map.csv",
            ["pax8,X,1,accepted,ana,2026-09-01,", "pax8,x,3,rejected,ana,2026-09-01,"]
            + ["pax8,x,2,accepted,ana,2026-09-01,"],
            "customer_id",
            "another accepted customer_id than line 2",
        ),
        (
            "product_map.csv",
            ["psa,X,psa:1,1,accepted,ana,2026-09-01,", "psa,Y,psa:1,1,accepted,ana,2026-09-01,"]
            + ["psa,X,psa:2,1,accepted,ana,2026-09-01,"],
            "product_id",
            "another accepted product_id than line 2",
        ),
        (
            "vendor_terms.csv",
            ["billing_cycle,X,6,accepted,ana,2026-09-01,", "time_zone,X,UTC,accepted,ana,2026-09-01,"]
            + ["billing_cycle,x,none,accepted,ana,2026-09-01,"],
            "value",
            "another accepted value than line 2",
        ),
    ],
)
def test_read_rows_that_contradict_each_other_name_both_lines(
    tmp_path: Path, name: str, rows: list[str], column: str, found: str
) -> None:
    write(tmp_path, name, *rows)
    problems = problems_of(tmp_path)
    assert len(problems) == 1
    assert problems[0].startswith(f"{name}, line 4, column {column}: found ")
    assert found in problems[0]


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        (b"rate_date;from_currency;to_currency;rate;source\n", 1, "separated by semicolons"),
        (b"# rates\nrate_date,from_currency,to_currency,rate\n", 2, "a header without source"),
        (b"source,rate_date,from_currency,to_currency,rate\n", 1, "another header"),
        (b"rate_date,from_currency,to_currency,rate,source\n2026-10-30,EUR,USD,1\n", 2, "4 cells"),
        (b'rate_date,from_currency,to_currency,rate,source\n2026-10-30,EUR,USD,1,"x\n', 2, "a quote"),
        (b"rate_date,from_currency,to_currency,rate,source\n2026-10-30,EUR,USD,1,M\xfcller\n", 2, "no UTF-8"),
    ],
)
def test_read_malformed_file_names_the_line(tmp_path: Path, content: bytes, line: int, found: str) -> None:
    (tmp_path / "fx_rates.csv").write_bytes(content)
    problems = problems_of(tmp_path)
    assert len(problems) == 1
    assert problems[0].startswith(f"fx_rates.csv, line {line}: found ")
    assert found in problems[0]


def test_read_problems_of_several_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "fx_rates.csv", "x,EUR,USD,1,a")
    write(tmp_path, "exceptions.csv", "shelfware,1,*,*,why,ana,x")
    assert [problem.split(",")[0] for problem in problems_of(tmp_path)] == ["exceptions.csv", "fx_rates.csv"]


def test_read_many_problems_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "fx_rates.csv", *(f"{day:02}.10.2026,EUR,USD,1,a" for day in range(1, 26)))
    with pytest.raises(ConfigFileError, match="(?s)25 problems.*and 5 more") as raised:
        read_config_files(tmp_path)
    assert len(raised.value.problems) == 25


def test_read_shifted_row_shows_no_name(tmp_path: Path) -> None:
    write(tmp_path, "exceptions.csv", "shelfware,250,*,*,why,2026-12-31,Janedoe")
    write(tmp_path, "customer_map.csv", "Janedoe,x,1,Janedoe,ana,Janedoe,")
    assert "Jane" not in "".join(problems_of(tmp_path))


def test_exceptions_know_every_posture_rule_of_the_seed() -> None:
    seed = Path(__file__).parents[2] / "transform" / "seeds" / "posture_rules.csv"
    with seed.open(encoding="utf-8", newline="") as file:
        rule_ids = {row["rule_id"] for row in csv.DictReader(file)}
    assert rule_ids
    assert rule_ids <= set(POSTURE_RULES)
