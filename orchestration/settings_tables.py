"""TOML tables → frozen settings classes: unknown keys, missing keys and nested tables.

The classes' fields carry kind, help line and default (`settings_kinds.setting`); this module only walks them. Every
problem is reported to the place's list; the caller raises once for all of them.
"""

import dataclasses
import difflib
from collections.abc import Mapping
from typing import Any

from orchestration.settings_kinds import Kind, Place, Unfit, describe


def setting_fields(settings_class: type) -> dict[str, dataclasses.Field[Any]]:
    """The fields of a class that are settings, by key."""
    return {field.name: field for field in dataclasses.fields(settings_class) if "kind" in field.metadata}


def is_required(field: dataclasses.Field[Any]) -> bool:
    """Whether a key must stand in the file."""
    return field.default is dataclasses.MISSING


def read_table(settings_class: type, value: object, place: Place, also: tuple[str, ...] = ()) -> Any:
    """An instance of the class from a TOML table, or None where a required key is missing or unfit.

    Errors: none raised; problems go to the place. `also` names keys that the caller has read itself.
    """
    if not isinstance(value, dict):
        raise Unfit(describe(value))
    fields = setting_fields(settings_class)
    valid = [*also, *fields]
    for key in value:
        if key not in valid:
            place.below(key).report(*_unknown(key, valid))
    read: dict[str, Any] = {}
    complete = True
    for key, field in fields.items():
        kind: Kind = field.metadata["kind"]
        spot = place.below(key)
        if key not in value:
            if is_required(field):
                spot.report("nothing", kind.words)
                complete = False
            continue
        try:
            result = kind.read(value[key], spot)
        except Unfit as unfit:
            spot.report(unfit.found, kind.words)
            complete = False
            continue
        if result is None:
            complete = False
        read[key] = result
    return settings_class(**read) if complete else None


def _unknown(key: str, valid: list[str]) -> tuple[str, str]:
    near = difflib.get_close_matches(key.lower(), valid, n=1, cutoff=0.5)
    names = ", ".join(sorted(valid))
    return "an unknown key", f'"{near[0]}" (valid here: {names})' if near else f"one of {names}"


def table(settings_class: type) -> Kind:
    """One nested table."""
    return Kind("a table", lambda value, place: read_table(settings_class, value, place))


def tables(kind: Kind, words: str = "a list of tables") -> Kind:
    """A list of nested tables, in the order of the file."""

    def read(value: object, place: Place) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Unfit(describe(value))
        results = []
        for position, item in enumerate(value, start=1):
            spot = place.item(position)
            try:
                results.append(kind.read(item, spot))
            except Unfit as unfit:
                spot.report(unfit.found, kind.words)
        return tuple(result for result in results if result is not None)

    return Kind(words, read)


def values_by_name(names: tuple[str, ...], kind: Kind, words: str) -> Kind:
    """A table whose keys are some of the names, each with a value of one kind; read as pairs in the order of names."""

    def read(value: object, place: Place) -> tuple[tuple[str, Any], ...]:
        if not isinstance(value, dict):
            raise Unfit(describe(value))
        results: dict[str, Any] = {}
        for key, item in value.items():
            spot = place.below(key)
            if key not in names:
                spot.report(*_unknown(key, list(names)))
                continue
            try:
                results[key] = kind.read(item, spot)
            except Unfit as unfit:
                spot.report(unfit.found, kind.words)
        return tuple((name, results[name]) for name in names if name in results)

    return Kind(f"a table: {words}, each {kind.words}", read)


def table_by_vendor(classes: Mapping[str, type]) -> Kind:
    """A nested table whose keys depend on its `vendor`."""
    choices = ", ".join(classes)

    def read(value: object, place: Place) -> Any:
        if not isinstance(value, dict):
            raise Unfit(describe(value))
        vendor = value.get("vendor")
        spot = place.below("vendor")
        if not isinstance(vendor, str) or vendor not in classes:
            found = "nothing" if "vendor" not in value else describe(vendor)
            near = difflib.get_close_matches(vendor, classes, n=1) if isinstance(vendor, str) else []
            spot.report(found, f"one of {choices}" + (f' (did you mean "{near[0]}"?)' if near else ""))
            return None
        return read_table(classes[vendor], value, place, also=("vendor",))

    return Kind(f"a table with a vendor: one of {choices}", read)
