"""Makes pytest explain failed asserts in the modules of the conformance suite."""

import pytest

pytest.register_assert_rewrite(
    "tests.channels.asking",
    "tests.channels.conformance",
    "tests.channels.failing",
    "tests.channels.reading",
    "tests.channels.rig",
    "tests.channels.saying",
)
