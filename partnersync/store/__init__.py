"""What partnersync remembers: SQLAlchemy Core on SQLite or PostgreSQL."""
