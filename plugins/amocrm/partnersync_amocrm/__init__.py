"""partnersync adapter for amoCRM and Kommo."""
