"""Every rule that contracts must keep, checked at once: problems with file, line, what was found and what to do.

Contracts are valid ODCS v3 and valid for us, hold nothing forbidden, agree with what derives from them (dbt sources)
and with what they derive from (mart properties), and break no promise of the last release.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from data_contracts.contract import Contract, ContractViolation, line_of, parse_contract
from data_contracts.forbidden import is_forbidden_column
from data_contracts.marts import contract_files, mart_models
from data_contracts.release import broken_promises, promises, released
from data_contracts.sources import source_files


@dataclass(frozen=True)
class Problem:
    """One broken rule, at one place."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def check(folder: Path) -> list[Problem]:
    """Every problem of the contracts in a `data_contracts` folder; empty when all is well."""
    root = folder.parent
    problems: list[Problem] = []
    contracts: list[Contract] = []
    for path in sorted((folder / "raw").rglob("*.odcs.yaml")):
        problems += _standard_problems(path, root)
        try:
            contracts.append(parse_contract(path))
        except ContractViolation as error:
            problems.append(_from_violation(error, path, root))
    problems += _mart_problems(root)
    if not problems:
        problems += _stale(root, source_files(contracts), "data_contracts.sources")
        problems += _stale(root, contract_files(root), "data_contracts.marts")
        problems += [
            Problem(f"{folder.name}/{name}", 1, f"{text}. Raise the version in the contract, or take the change back.")
            for name, text in broken_promises(released(folder), promises(folder))
        ]
    return problems


def _standard_problems(path: Path, root: Path) -> Iterator[Problem]:
    from open_data_contract_standard.model import OpenDataContractStandard

    try:
        OpenDataContractStandard.from_file(str(path))
    except (ValueError, yaml.YAMLError) as error:  # the model's own error is a ValueError
        first = str(error).splitlines()[0]
        yield Problem(
            str(path.relative_to(root)), 1, f"is not an ODCS v3 contract: {first}. Compare it with a neighbour."
        )


def _from_violation(error: ContractViolation, path: Path, root: Path) -> Problem:
    text = str(error).removeprefix(str(path))
    line, _, rest = text.lstrip(":").partition(":")
    if line.isdigit():
        return Problem(str(path.relative_to(root)), int(line), rest.strip())
    return Problem(str(path.relative_to(root)), 1, text.lstrip(": "))


def _mart_problems(root: Path) -> Iterator[Problem]:
    for model, path in mart_models(root):
        text = path.read_text(encoding="utf-8")
        for column in model["columns"]:
            if is_forbidden_column(column["name"]):
                yield Problem(
                    str(path.relative_to(root)),
                    line_of(text, f"name: {column['name']}"),
                    f"column {column['name']} of {model['name']} could hold message or event content. Remove it.",
                )


def _stale(root: Path, files: Mapping[Path, str], module: str) -> Iterator[Problem]:
    for relative, text in files.items():
        path = root / relative
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            yield Problem(str(relative), 1, f"is missing or stale. Write it again with `python -m {module}`.")
