"""Characters that may stand in no file: told by Unicode's classes and by the names of HTML, not by lists.

Signs of ordinary text stay what they are: 'neutrophils <LLN', 'T<B cells' and 'p<0.001' are no HTML.
"""

from __future__ import annotations

import re
from html.entities import html5
from unicodedata import category, is_normalized

# Elements of the HTML standard, of its older versions, and the roots of what may be embedded.
_TAGS = (
    "a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|big|blink|"
    "blockquote|body|br|button|canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|"
    "details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|"
    "frameset|h1|h2|h3|h4|h5|h6|head|header|hgroup|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|"
    "link|main|map|mark|marquee|math|menu|meta|meter|nav|nobr|noembed|noframes|noscript|object|ol|"
    "optgroup|option|output|p|param|picture|plaintext|pre|progress|q|rb|rp|rt|rtc|ruby|s|samp|script|"
    "search|section|select|slot|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|"
    "td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr|xmp"
)
# Text has no use for these, closed or not.
_ACTIVE = "script|style|iframe|object|embed|svg|img|form|input|link|meta|base"
_MARKUP = re.compile(
    rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>"  # a tag: its name, what belongs to it, its end
    rf"|<(?:{_TAGS})\s+[\w:-]+\s*="  # one that does not end
    rf"|</?(?:{_ACTIVE})\b|<!--|<!doctype|<\?xml|<!\[cdata|\b(?:java|vb)script\s*:",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:(\w+;)|#\d+;|#x[0-9a-f]+;)", re.IGNORECASE | re.ASCII)


def has_hidden(text: str) -> bool:
    """Whether a text holds a character that nobody sees, by Unicode's classes; line ends and tabs aside."""
    return any(sign not in "\n\t" and category(sign) != "Zs" for sign in _unprintable(text))


def has_odd_space(text: str) -> bool:
    """Whether a text holds a tab, or a blank that is none of the ordinary ones."""
    return any(sign == "\t" or category(sign) == "Zs" for sign in _unprintable(text))


def has_loose_accent(text: str) -> bool:
    """Whether a letter and its accent stand as two characters where Unicode has one (form NFC)."""
    return not is_normalized("NFC", text)


def has_markup(text: str) -> bool:
    """Whether a text holds HTML: a tag or an entity that there is, a comment, an address that is a script."""
    if "<" not in text and "&" not in text and ":" not in text:
        return False
    entities = (name for name in _ENTITY.finditer(text) if not name[1] or name[1] in html5)
    return bool(_MARKUP.search(text)) or any(True for _ in entities)


def _unprintable(text: str) -> list[str]:
    return [] if text.isprintable() else [sign for sign in text if not sign.isprintable()]
