"""The results page: what /results says, in the browser, by a link from the bot, kept up to date."""
