"""ConnectWise PSA's REST API, read-only."""
