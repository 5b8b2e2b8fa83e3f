"""The shipped languages, for tests that need real words."""

from bot.config import load_languages

BANKS = load_languages()
