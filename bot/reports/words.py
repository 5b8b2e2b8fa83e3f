"""Words of reports: their texts are in ``words.json`` beside this; `bot.words` reads them."""

from bot.words import Words, words_of

__all__ = ["Words", "words_of"]
