"""`tenantry run`: check what the user wrote, then hand the request to the job."""

import argparse
from datetime import UTC, datetime

from orchestration.config_files import read_config_files
from orchestration.run_request import RunRequest
from orchestration.settings import load_settings
from orchestration.vendor_selection import require_secrets, select


def run(arguments: argparse.Namespace) -> int:
    """Run the whole job; everything that a person wrote is checked before anything is read or written."""
    settings = load_settings(getattr(arguments, "settings", None))
    read_config_files(settings.config_folder)
    tenants = (arguments.tenant,) if arguments.tenant is not None else ()
    require_secrets(select(settings, arguments.only, *tenants))
    request = RunRequest(
        as_of=arguments.as_of or datetime.now(UTC).date(),
        tenants=tenants,
        only=arguments.only,
        full_refresh=arguments.full_refresh,
    )
    # Dagster, dlt and dbt come with the job: seconds that a wrong setting should not cost.
    from orchestration.run_job import execute

    return execute(settings, request).exit_code
