"""The distribution is installed and found."""

from partnersync.loader import load_plugins


def test_the_adapter_and_the_sandbox_are_found() -> None:
    assert {"bitrix24", "bitrix24-sandbox"} <= {listed.name for listed in load_plugins().listing}
