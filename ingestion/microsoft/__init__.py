"""Microsoft 365 through Graph v1.0, app-only and read-only."""
