"""Share links: what to put on social networks, each with a source of its own. Pure.

The addresses are those the networks document or serve for "share" buttons without a script; each
opens the network's own form, in which the person still decides:

    facebook    developers.facebook.com, Share Dialog's plain form: sharer.php?u=
    x           developer.x.com, Web Intent: intent/tweet?text=&url=
    linkedin    LinkedIn help, "Share on LinkedIn": sharing/share-offsite/?url=
    whatsapp    faq.whatsapp.com, Click to chat: wa.me/?text=
    telegram    core.telegram.org/api/links, share links: t.me/share/url?url=&text=
    email       RFC 6068: mailto:?subject=&body=
"""

from urllib.parse import quote

from surveys.entrance import NETWORKS

_ADDRESSES = {
    "facebook": "https://www.facebook.com/sharer/sharer.php?u={url}",
    "x": "https://x.com/intent/tweet?text={text}&url={url}",
    "linkedin": "https://www.linkedin.com/sharing/share-offsite/?url={url}",
    "whatsapp": "https://wa.me/?text={text}%20{url}",
    "telegram": "https://t.me/share/url?url={url}&text={text}",
    "email": "mailto:?subject={text}&body={url}",
}


def share_link(network: str, link: str, text: str) -> str:
    """Give the address that offers to share a link with some words on a network.

    Spaces are ``%20``: in mailto addresses a ``+`` is a plus (RFC 6068, section 5).
    """
    said = quote(" ".join(text.split()), safe="")
    return _ADDRESSES[network].format(url=quote(link, safe=""), text=said)


assert set(_ADDRESSES) == set(NETWORKS)  # noqa: S101 - one address for each source of that kind
