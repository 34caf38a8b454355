"""Citing: the reports of a chapter from ``references.bib``, the review itself from ``CITATION.cff``."""

from livingreview.citation.boxes import cite_chapter, cite_row, cite_whole, page_source, row_source
from livingreview.citation.csl import entry_to_csl, write_bibtex
from livingreview.citation.deposit import describe_deposit, write_deposit
from livingreview.citation.files import write_citations
from livingreview.citation.formats import format_item, item_to_bibtex, items_to_ris
from livingreview.citation.head import head_tags, preview_tags
from livingreview.citation.record import (
    KEPT,
    author_names,
    book_item,
    chapter_item,
    read_citation,
    site_address,
    version_address,
)
from livingreview.citation.references import (
    find_doi,
    format_names,
    format_reference,
    list_included,
    list_references,
    name_reference,
)

__all__ = [
    "KEPT",
    "author_names",
    "book_item",
    "chapter_item",
    "cite_chapter",
    "cite_row",
    "cite_whole",
    "describe_deposit",
    "entry_to_csl",
    "find_doi",
    "format_item",
    "format_names",
    "format_reference",
    "head_tags",
    "item_to_bibtex",
    "items_to_ris",
    "list_included",
    "list_references",
    "name_reference",
    "page_source",
    "preview_tags",
    "read_citation",
    "row_source",
    "site_address",
    "version_address",
    "write_bibtex",
    "write_citations",
    "write_deposit",
]
