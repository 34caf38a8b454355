"""The icon fonts with what the book draws, and no more."""

import io

from fontTools.ttLib import TTFont

from livingreview.book.slim_css import NAME, SOURCE
from livingreview.book.slim_icons import drawn_by, slim_icons, subset_font

FACES = "vendor/fontawesome/webfonts"


def characters(font: bytes) -> set[str]:
    return set(map(chr, TTFont(io.BytesIO(font)).getBestCmap()))


def test_what_a_sheet_draws_is_read_in_every_way_of_writing():
    sheet = '.a:before{content:"\\f019"}:root{--icon:"\uf00d"}.b{content: \'\\2195 x\'}.c{color:"\\f00a"}'
    assert drawn_by(sheet) == "\uf019\uf00d\u2195x"


def test_a_font_keeps_what_is_drawn():
    path = SOURCE.parents[1] / FACES / "fa-solid-900.ttf"
    font = subset_font(path, "\uf019\uf00d\u0416")
    assert font.startswith(b"wOFF")
    assert characters(font) == {"\uf019", "\uf00d"}
    assert len(font) < path.stat().st_size / 100
    assert font == subset_font(path, "\uf00d\uf019"), "the same content has the same address"
    assert subset_font(path, "x\u2195") == b""


def test_the_sheet_names_the_fonts_that_are_left(tmp_path):
    sheet, fonts = tmp_path / NAME, tmp_path / FACES
    for folder in (sheet.parent, fonts):
        folder.mkdir(parents=True)
    whole = SOURCE.read_text(encoding="utf-8")
    faces = whole[whole.index("@font-face") :].split("}")
    sheet.write_text("}".join(face for face in faces if "@font-face" in face) + "}", encoding="utf-8")
    (fonts / "fa-brands-400.woff2").write_bytes(b"of an earlier build")
    (tmp_path / "own.css").write_text('.fa-x:before{content:"\\f00d"}', encoding="utf-8")
    assert slim_icons(tmp_path) == 1
    text = sheet.read_text(encoding="utf-8")
    (font,) = fonts.iterdir()
    assert font.name == "fa-solid-900.woff"
    assert f"../{FACES}/{font.name}?v=" in text
    assert "woff2" not in text
    assert text.count("@font-face") == 1
