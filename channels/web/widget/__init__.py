"""The widget: a survey or a comment card inside a page of another site.

``widget.js`` is the script such a page loads; `channels.web.widget.api` is what it talks to.
"""

from channels.web.widget.api import WidgetApi

__all__ = ["WidgetApi"]
