"""Mart contracts follow dbt's model files, key, types and allowed values included."""

from pathlib import Path

import pytest
import yaml

from data_contracts.contract import ContractViolation
from data_contracts.marts import mart_files, write_marts

MODEL = """
models:
  - name: mart_seats
    description: "One row per customer and month: seats."
    data_tests:
      - unique_combination:
          arguments:
            columns: [customer_id, month]
    columns:
      - {name: customer_id, data_type: varchar, description: "customer"}
      - {name: month, data_type: date, description: "first day"}
      - name: amount
        data_type: "decimal(18,4)"
        description: "money"
        constraints: [{type: not_null}]
      - name: state
        data_type: varchar
        description: "state"
        data_tests:
          - accepted_values:
              arguments: {values: [fresh, stale]}
"""


def model_file(root: Path, text: str) -> Path:
    """The model's file in an invented repository."""
    path = root / "transform" / "models" / "marts" / "licenses" / "mart_seats.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_contract_has_key_types_nullability_and_values_of_the_model(tmp_path: Path) -> None:
    model_file(tmp_path, MODEL)

    document = yaml.safe_load(next(iter(mart_files(tmp_path).values())))
    columns = {column["name"]: column for column in document["schema"][0]["properties"]}

    assert document["schema"][0]["physicalName"] == "marts.mart_seats"
    assert document["schema"][0]["dataGranularityDescription"] == "One row per customer and month."
    assert [columns[name].get("primaryKeyPosition") for name in ("customer_id", "month", "amount")] == [1, 2, None]
    assert [columns[name]["required"] for name in ("month", "amount", "state")] == [True, True, False]
    assert (columns["amount"]["logicalType"], columns["amount"]["physicalType"]) == ("number", "decimal(18,4)")
    assert columns["state"]["customProperties"] == [{"property": "allowedValues", "value": ["fresh", "stale"]}]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("data_type: date", "data_type: double", "mart_seats.month has data_type 'double'"),
        ('description: "money"', 'description: ""', "mart_seats.amount has no description"),
        ("unique_combination", "something_else", "mart_seats has no key"),
    ],
)
def test_model_that_says_too_little_is_refused_by_name(tmp_path: Path, old: str, new: str, found: str) -> None:
    model_file(tmp_path, MODEL.replace(old, new))

    with pytest.raises(ContractViolation, match=f"mart_seats.yml: {found}"):
        mart_files(tmp_path)


def test_contract_of_a_mart_that_is_gone_is_removed(tmp_path: Path) -> None:
    path = model_file(tmp_path, MODEL)
    write_marts(tmp_path)
    path.unlink()

    assert [changed.name for changed in write_marts(tmp_path)] == ["mart_seats.odcs.yaml"]
    assert list((tmp_path / "data_contracts" / "marts").iterdir()) == []
