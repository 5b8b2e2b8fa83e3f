"""Words: what colleagues read in reports, pictures and on the results page, in every language."""

from bot.words.words import ENGLISH, Words, languages, words_of

__all__ = ["ENGLISH", "Words", "languages", "words_of"]
