"""The sample companies of `partnersync demo`: data and settings as package files, no code."""
