"""Dagster's view of the warehouse: vendor tables → staging → marts → published file, with checks and schedules.

Loads without a settings file: settings are read when a run starts, never here.
"""

from dagster import (
    AssetSelection,
    Definitions,
    ScheduleDefinition,
    define_asset_job,
    in_process_executor,
)

from orchestration.credential_sensor import credential_sensor
from orchestration.dbt_assets import dbt_assets, staging_assets
from orchestration.manifest import manifest
from orchestration.published_assets import PUBLISHED_KEY, published_assets
from orchestration.run_resource import RunResource
from orchestration.vendor_assets import MAIL_TABLES, load_status_key, raw_key, vendor_assets, vendors

JOB_NAME = "warehouse"


def _definitions() -> Definitions:
    project = manifest()
    dbt = dbt_assets(project, [load_status_key(vendor) for vendor in vendors()])
    everything = AssetSelection.all()
    downstream = AssetSelection.assets(*dbt.keys, PUBLISHED_KEY)
    mail_tables = AssetSelection.assets(
        *(raw_key("microsoft", table) for table in MAIL_TABLES), load_status_key("microsoft")
    )
    mail = mail_tables | downstream
    directory = _of_vendors("microsoft") | downstream
    money = _of_vendors("connectwise", "pax8") | downstream
    jobs = {
        JOB_NAME: (everything, "Load every vendor, build, check and publish."),
        "mail": (mail, "Read the listed mailboxes, build and publish."),
        "tenants": (directory, "Read every Microsoft tenant, build and publish."),
        "money": (money, "Read the PSA and the distributors, build and publish."),
    }
    defined = {
        name: define_asset_job(name, selection=selection, description=text, executor_def=in_process_executor)
        for name, (selection, text) in jobs.items()
    }
    return Definitions(
        assets=[*vendor_assets(), *staging_assets(project), dbt, published_assets(project)],
        jobs=list(defined.values()),
        schedules=[
            ScheduleDefinition(name="mail_hourly", job=defined["mail"], cron_schedule="5 * * * *"),
            ScheduleDefinition(name="tenants_daily", job=defined["tenants"], cron_schedule="20 4 * * *"),
            ScheduleDefinition(name="money_nightly", job=defined["money"], cron_schedule="20 2 * * *"),
        ],
        sensors=[credential_sensor()],
        resources={"run": RunResource()},
        executor=in_process_executor,
    )


def _of_vendors(*names: str) -> AssetSelection:
    prefixes = [[layer, name] for name in names for layer in ("raw", "ops")]
    return AssetSelection.key_prefixes(*prefixes)


definitions = _definitions()
