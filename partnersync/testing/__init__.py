"""For authors of adapters: the conformance kit, a reference adapter in memory, and hypothesis strategies.

Needs `partnersync[testing]`. Nothing else in partnersync imports pytest or hypothesis.
"""

import pytest

# Before the modules are imported, so that a failed check shows both sides of its comparison.
pytest.register_assert_rewrite("partnersync.testing.checks", "partnersync.testing.mirror")
