"""The commands: words, options, tables and exit codes."""
