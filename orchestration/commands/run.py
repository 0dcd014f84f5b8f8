"""`tenantry run`: check what the user wrote, then hand the request to the job."""

import argparse

from orchestration.clock import refuse_future, today
from orchestration.config_files import read_config_files
from orchestration.run_request import CLOCK, FLAG, RunRequest
from orchestration.settings import load_settings
from orchestration.vendor_selection import require_secrets, select


def run(arguments: argparse.Namespace) -> int:
    """Run the whole job; everything that a person wrote is checked before anything is read or written."""
    settings = load_settings(getattr(arguments, "settings", None))
    read_config_files(settings.config_folder)
    tenants = tuple(dict.fromkeys(arguments.tenant))
    require_secrets(select(settings, arguments.only, *tenants))
    request = RunRequest(
        as_of=arguments.as_of or today(),
        tenants=tenants,
        only=arguments.only,
        full_refresh=arguments.full_refresh,
        said_by=FLAG if arguments.as_of else CLOCK,
    )
    refuse_future(request.as_of, request.said_by)
    # Dagster, dlt and dbt come with the job: seconds that a wrong setting should not cost.
    from orchestration.run_job import execute

    return execute(settings, request).exit_code
