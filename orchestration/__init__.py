"""Wiring of Tenantry: settings, secrets, reviewed files, commands, checks and the Dagster job.

Nothing outside this package imports it. It hands typed arguments down to `ingestion`, `data_contracts` and the
readers, and is the only place that knows the environment, the command line and the settings file.
"""
