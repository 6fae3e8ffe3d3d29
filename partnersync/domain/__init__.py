"""The nouns of a partner programme, as frozen values without I/O."""
