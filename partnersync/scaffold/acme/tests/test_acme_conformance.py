"""The adapter keeps what the contract promises."""

import pytest
from acme_people import AcmePeople

from partnersync.testing.conformance import AdapterConformance
from partnersync.testing.harness import Harness


class TestAcme(AdapterConformance):
    """As it is declared in the adapter's capabilities."""

    @pytest.fixture
    def harness(self) -> Harness:
        return AcmePeople()
