"""The promises between the core and its plugins: hook specs and the adapter contract."""

CONTRACT_VERSION = 1
