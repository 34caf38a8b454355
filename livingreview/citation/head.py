"""What reference managers and search engines read in a page's head.

``citation_*`` tags, JSON-LD, and a link to the version to be cited.
"""

from __future__ import annotations

import json

from markupsafe import Markup

from livingreview.citation.record import last_name_first, licences, site_address, version_address

PICTURE = "_static/preview.png"  # of every page of the book, see `livingreview.charts.preview`
META = Markup('<meta name="{}" content="{}">\n')
PROPERTY = Markup('<meta property="{}" content="{}">\n')
_PARTS = ("given", "non-dropping-particle", "family", "suffix")
LINK = Markup('<link rel="{}" href="{}">\n')


def head_tags(record: dict, item: dict, *, path: str, data: bool = False, linked: bool = True) -> Markup:
    """Tags for the page of one item (CSL-JSON).

    Parameters
    ----------
    path : str
        The page's path from the root of the site.
    data : bool
        Whether the page describes the data set.
    linked : bool
        Whether the page describes itself as JSON-LD too; pages that are a list of rows do without.
    """
    tags = [("citation_title", item["title"])]
    # Zotero takes a page with a title alone for a journal article: a chapter is known by its book, the book
    # by its type.
    if "container-title" in item:
        tags.append(("citation_book_title", item["container-title"]))
    else:
        tags.append(("DC.type", "book"))
    tags += [("citation_author", _name(name)) for name in item["author"]]
    tags += [
        ("citation_publication_date", "/".join(f"{part:02d}" for part in item["issued"]["date-parts"][0])),
        ("citation_language", item["language"]),
    ]
    tags += [("citation_doi", item["DOI"])] if "DOI" in item else []
    address = version_address(record, path)
    tags += [("citation_public_url", address)] if address else []
    links = [("cite-as", address)] if address else []
    text = Markup("").join([*(META.format(*tag) for tag in tags), *(LINK.format(*pair) for pair in links)])
    return text + _script(describe_page(record, item, path=path, data=data)) if linked else text


def preview_tags(record: dict, item: dict, about: str, *, path: str) -> Markup:
    """What search engines and services that show a link show of a page: title, description, address, picture.

    See https://ogp.me. Its type is left out, since Zotero would take it for the kind of the item. Address and
    picture, which must be addresses of the web, are left out while the book has none.
    """
    tags = [("og:title", item["title"]), ("og:description", about)]
    if address := site_address(record, path):
        tags += [
            ("og:url", address),
            ("og:image", site_address(record, PICTURE)),
            ("og:image:alt", f"{record['title']}: where there is evidence"),
        ]
    return META.format("description", about) + Markup("").join(PROPERTY.format(*tag) for tag in tags)


def describe_page(record: dict, item: dict, *, path: str, data: bool = False) -> dict:
    """A page as schema.org sees it: a ``Chapter`` of a ``Book``, the ``Book``, or the ``Dataset``."""
    authors = [
        {"@type": "Organization", "name": name["literal"]}
        if "literal" in name
        else {"@type": "Person", "name": " ".join(filter(None, map(name.get, _PARTS)))}
        for name in item["author"]
    ]
    kept = [f"https://spdx.org/licenses/{name}.html" for name in licences(record)]
    common = {
        "author": authors,
        "datePublished": str(record["date-released"]),
        "version": record["version"],
        "inLanguage": item["language"],
        "license": kept[0] if len(kept) == 1 else kept,
    }
    if address := site_address(record, path):
        common["url"] = address
    book = {"@type": "Book", "name": record["title"]}
    if data:
        about = _describe_data(record) | {"isPartOf": book}
    elif "container-title" in item:
        about = {"@type": "Chapter", "name": item["title"], "isPartOf": book}
    else:
        about = book | {"keywords": record.get("keywords", [])}
    return {"@context": "https://schema.org"} | about | common


def _describe_data(record: dict) -> dict:
    base = site_address(record, "data/") or "../data/"
    files = (
        ("application/zip", "all-data.zip"),
        ("application/json", "datapackage.json"),
        ("application/x-bibtex", "references.bib"),
    )
    title = record["title"]
    return {
        "@type": "Dataset",
        "name": f"{title}: data",
        "description": f"The evidence tables of “{title}”: one fact a row, each with where it was printed.",
        "keywords": record.get("keywords", []),
        "isAccessibleForFree": True,
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": f"{base}{name}"}
            for kind, name in files
        ],
    }


def _script(content: dict) -> Markup:
    # "<" is written so that no text can end the script.
    return (
        Markup('<script type="application/ld+json">')
        + Markup(json.dumps(content, ensure_ascii=False).replace("<", "\\u003c"))
        + Markup("</script>\n")
    )


def _name(name: dict) -> str:
    # Zotero cuts a name without a comma before its last word; a comma at the end, which it drops, keeps the
    # name of a corporate author whole.
    if "literal" in name:
        return f"{name['literal']},"
    family = last_name_first(name)
    return family if "given" in name else f"{family},"
