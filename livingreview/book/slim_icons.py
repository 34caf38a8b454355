"""The theme's icon fonts with the icons that the book uses: of one and a half thousand a few dozen.

The whole font weighs more than a chapter's text and pictures together, and every first visit fetches it.
"""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from livingreview.book.slim_css import NAME, SOURCE

# A face of the theme's sheet: its file is named once as WOFF2, once as TrueType.
FACE = re.compile(r"@font-face\{[^}]*?(src:url\((\.\./vendor/[^)]*?/([\w-]+))\.woff2\)[^;}]*)\}")
# What a sheet draws: strings of `content` and of the variables it is taken from.
STRING = re.compile(r"""(?:content|--[\w-]+):\s*(?:"([^"]*)"|'([^']*)')""")
ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")


def slim_icons(static: Path) -> int:
    """Write the icon fonts of a built book anew, with what its style sheets draw.

    The theme's sheet names them; a face of which nothing is drawn goes. The address of a font holds the hash
    of its content, so that no browser keeps one that lacks an icon. WOFF is written, since it needs no
    compressor beside Python's own.

    Returns
    -------
    int
        How many fonts were made; 0 where the sheet's form has changed.
    """
    drawn = "".join(drawn_by(path.read_text(encoding="utf-8")) for path in sorted(static.rglob("*.css")))
    sheet = static / NAME
    made = 0

    def renew(face: re.Match) -> str:
        nonlocal made
        source, place, name = SOURCE.parent / f"{face[2]}.ttf", sheet.parent / face[2], face[3]
        for whole in place.parent.glob(f"{name}.*"):
            whole.unlink()
        if not (font := subset_font(source, drawn)):
            return ""
        made += 1
        place.with_suffix(".woff").write_bytes(font)
        version = hashlib.sha256(font).hexdigest()[:8]
        return face[0].replace(face[1], f'src:url({face[2]}.woff?v={version}) format("woff")')

    sheet.write_text(FACE.sub(renew, sheet.read_text(encoding="utf-8")), encoding="utf-8")
    return made


def drawn_by(sheet: str) -> str:
    """Characters that a style sheet draws by itself."""
    strings = "".join(one or other for one, other in STRING.findall(sheet))
    return ESCAPE.sub(lambda code: chr(int(code[1], 16)), strings)


def subset_font(path: Path, characters: str) -> bytes:
    """A font with some of its characters, as WOFF; nothing where it holds none of the private ones.

    Icons have characters of Unicode's private area; the others come along where a sheet draws them.
    """
    font = TTFont(path, recalcTimestamp=False)
    held = set(font.getBestCmap()) & set(map(ord, characters))
    if not any(0xE000 <= code <= 0xF8FF for code in held):
        return b""
    cutter = subset.Subsetter(subset.Options(layout_features=[], hinting=False, notdef_outline=False))
    cutter.populate(unicodes=held)
    cutter.subset(font)
    font.flavor = "woff"
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()
