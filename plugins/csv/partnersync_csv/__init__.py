"""partnersync adapter for folders of CSV files."""
