"""The manuscript: pages as their authors wrote them, before anything is run or drawn.

Text in, text out; it knows no data and no Sphinx.
"""

from livingreview.manuscript.sections import (
    SectionError,
    expand_chapter,
    expand_text,
    find_pages,
    sections_of,
)

__all__ = ["SectionError", "expand_chapter", "expand_text", "find_pages", "sections_of"]
