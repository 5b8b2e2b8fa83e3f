"""Makes pytest explain failed asserts in the story that is played on every channel."""

import pytest

pytest.register_assert_rewrite("tests.bot.drivers.story")
