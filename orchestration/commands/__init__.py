"""One module per command of `tenantry`; each has `run(arguments) -> exit code`."""
