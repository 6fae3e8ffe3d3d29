"""What `import partnersync` offers is a promise: the list changes only on purpose."""

import partnersync


def test_the_public_names() -> None:
    assert partnersync.__all__ == ["__version__"]
    assert partnersync.__version__ == "0.1.0"
