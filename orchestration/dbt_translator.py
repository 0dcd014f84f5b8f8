"""dbt nodes → Dagster asset keys and groups: `[layer, vendor or area, table]`, the same words as the folders."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from dagster import AssetKey
from dagster_dbt import DagsterDbtTranslator

LAYERS = {"staging": "staging", "history": "hist", "intermediate": "intermediate", "marts": "marts"}


class WarehouseTranslator(DagsterDbtTranslator):
    """Names every node after its folder, so that lineage reads vendor table → staging → mart."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """`[raw, vendor, table]` for a source, `[layer, area, model]` for a model, `[seeds, seed]` for a seed."""
        kind = dbt_resource_props["resource_type"]
        if kind == "source":
            source, table = dbt_resource_props["source_name"], dbt_resource_props["name"]
            return AssetKey([source, table]) if source in ("config", "ops") else AssetKey(["raw", source, table])
        if kind == "seed":
            return AssetKey(["seeds", dbt_resource_props["name"]])
        layer, area = _folders(dbt_resource_props)
        return AssetKey([layer, area, dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer, with the area where the layer has several."""
        kind = dbt_resource_props["resource_type"]
        if kind == "source":
            return dbt_resource_props["source_name"]
        if kind == "seed":
            return "seeds"
        layer, area = _folders(dbt_resource_props)
        return layer if layer == area else f"{layer}_{area}"


def _folders(props: Mapping[str, Any]) -> tuple[str, str]:
    parts = PurePosixPath(props["original_file_path"].replace("\\", "/")).parts
    layer = LAYERS.get(parts[1], parts[1])
    return layer, parts[2] if len(parts) > 3 else layer
