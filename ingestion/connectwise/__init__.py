"""ConnectWise PSA over its REST API, read-only."""
