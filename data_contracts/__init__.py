"""What each table may contain: one ODCS YAML file per table and the typed loader that everything else derives from."""
