"""The checks of the conformance kit, one file for each family; the first line of a check says what it holds."""
