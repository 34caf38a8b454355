"""A book of two pages, with what the real one has, for tests of what is made of a book."""

from pathlib import Path

# Each line as a template writes it.
PAGE = (
    '<!DOCTYPE html>\n<html lang="en" data-content_root="../">\n'
    '<head><meta charset="utf-8"><meta name="version" content="{version}">'
    '<link rel="stylesheet" href="../_static/styles/lr.css?v=1">'
    '<script src="../_static/lr.js"></script></head>\n<body class="x">\n'
    '<div id="frame"><p>{frame}</p>\n'
    '<article class="bd-article"><h1>{title}</h1><p>Own words of {version}.</p>{table}'
    '<p><a href="../data/all.zip">Data</a> <a href="../feed.xml">Feed</a></p></article>\n'
    "</div></body>\n</html>\n"
)
TABLE = f"<table><caption>Response</caption><tbody><tr><td>{'a number ' * 60}</td></tr></tbody></table>"


def write_book(folder: Path, version: str, table: str = TABLE) -> Path:
    """Two pages with a frame, a style with a font, a card's script, a search index."""
    files = {
        f"chapters/{name}.html": PAGE.format(version=version, frame="menu " * 200, title=name, table=table)
        for name in ("index", "one")
    }
    files |= {
        "index.html": '<meta http-equiv="Refresh" content="0; url=chapters/index.html" />\n',
        "_static/styles/lr.css": "@font-face { src: url(../font.woff2) }",
        "_static/font.woff2": "font" * 5000,
        "_static/lr.js": "/* lr */",
        "_static/cards/abc.js": "card",
        "data/all.zip": "zip" * 3000,
        "feed.xml": "<feed/>",
        "searchindex.js": f"index of {version}",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
