"""Chapters that share their sections: own words stand where they belong, what does not fit is named."""

from collections import Counter

import pytest

from livingreview.manuscript import SectionError, expand_chapter, expand_text, find_pages, sections_of
from tests.conftest import ROOT

SHARED = """% Notes for authors, not part of any chapter.

## What is known?

```{code-cell} ipython3
lr.list_claims(chapter)
```

## What can be pooled?

% own words
The rules are the same everywhere.

```{code-cell} ipython3
lr.tabulate_plan(core)
```

## What are the limits?

## References

```{code-cell} ipython3
lr.list_references(chapter)
```
"""
HEAD = """---
kernelspec:
  name: python3
---

# A chapter

Words of its own.

% sections: _class.md

"""


@pytest.fixture
def folder(tmp_path):
    """A folder of chapters with a file of sections."""
    (tmp_path / "_class.md").write_text(SHARED, encoding="utf-8")
    return tmp_path


def section(text: str, heading: str) -> str:
    """What stands under a heading of an expanded chapter."""
    return text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0].strip()


def mistake(folder, body: str) -> SectionError:
    """What is said of a chapter with this body, which begins in line 12."""
    with pytest.raises(SectionError) as error:
        expand_text(HEAD + body, folder)
    return error.value


def test_a_chapter_without_the_line_stands_by_itself(folder):
    text = "# A page\n\n## What is known?\n\nOnly this.\n"
    assert sections_of(text) == ""
    assert expand_text(text, folder) == text


def test_a_chapter_of_no_own_words_has_every_section_in_order(folder):
    text = expand_text(HEAD, folder)
    assert sections_of(HEAD) == "_class.md"
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [
        "What is known?",
        "What can be pooled?",
        "What are the limits?",
        "References",
    ]
    assert text.startswith(HEAD.partition("% sections")[0].rstrip("\n") + "\n\n## ")
    for note in ("% sections", "% own words", "Notes for authors"):
        assert note not in text
    assert section(text, "What are the limits?") == ""


def test_own_words_stand_where_they_belong(folder):
    body = (
        "## What can be pooled?\n\nNothing here.\n\n"
        "## What is known?\n\nMuch.\n\n"
        "## What are the limits?\n\n- Few.\n"
    )
    text = expand_text(HEAD + body, folder)
    known, pooled = section(text, "What is known?"), section(text, "What can be pooled?")
    assert known.startswith("Much.\n\n```{code-cell}"), "without a mark right under the heading"
    assert pooled.startswith("Nothing here.\nThe rules are the same everywhere.\n\n```"), "at the mark"
    assert section(text, "What are the limits?") == "- Few."
    order = [text.index(words) for words in ("Words of its own.", "Much.", "Nothing here.", "- Few.")]
    assert order == sorted(order), "the order is that of the shared file"


def test_what_follows_a_line_of_plus_signs_comes_at_the_end_of_its_section(folder):
    body = "## What is known?\n\nMuch.\n\n+++\n\n```{code-cell} ipython3\nlr.more()\n```\n"
    known = section(expand_text(HEAD + body, folder), "What is known?")
    assert known.index("Much.") < known.index("list_claims") < known.index("lr.more()")
    assert "+++" not in known
    only_after = section(expand_text(HEAD + "## References\n\n+++\n\nAfter.\n", folder), "References")
    assert only_after.startswith("```{code-cell}")
    assert only_after.endswith("```\n\nAfter.")


def test_a_line_like_a_heading_in_a_fence_is_none(folder):
    fenced = "````{note}\n```\n## not a heading\n```\n## nor this\n````"
    (folder / "_class.md").write_text(f"{SHARED}\n~~~\n## nor in the shared file\n~~~\n", encoding="utf-8")
    text = expand_text(f"{HEAD}## What is known?\n\n{fenced}\n\n:::{{tip}}\n## nor here\n:::\n", folder)
    assert fenced in text
    assert ":::{tip}\n## nor here\n:::" in text
    assert "~~~\n## nor in the shared file\n~~~" in text


def test_backslashes_and_groups_in_own_words_are_words(folder):
    body = "## What is known?\n\nA $\\frac{1}{2}$ of \\1 and \\g<0>.\n"
    assert "A $\\frac{1}{2}$ of \\1 and \\g<0>." in expand_text(HEAD + body, folder)


def test_an_unknown_heading_is_named_with_its_line_and_a_suggestion(folder):
    problem = mistake(folder, "## What is known?\n\nMuch.\n\n## What can be poled?\n\nNothing.\n")
    assert problem.line == 16
    assert problem.found == "the heading 'What can be poled?'"
    assert problem.mend == "did you mean 'What can be pooled?'?"
    assert str(problem).startswith("line 16: found the heading 'What can be poled?'; expected ")


def test_a_heading_like_no_other_says_what_else_can_be_done(folder):
    problem = mistake(folder, "## Zzz\n\nNothing.\n")
    assert problem.line == 12
    assert "add the section to _class.md" in problem.mend


def test_words_above_the_first_heading_are_named_with_their_line(folder):
    problem = mistake(folder, "\nLost words.\n\n## What is known?\n\nMuch.\n")
    assert problem.line == 13
    assert problem.found == "words above the first heading"
    assert "above the line '% sections:'" in problem.mend
    assert mistake(folder, "No heading at all.\n").line == 12


def test_a_heading_that_stands_twice_is_named(folder):
    problem = mistake(folder, "## References\n\nA.\n\n## References\n\nB.\n")
    assert problem.found == "the heading 'References' again"
    assert problem.mend == "put its words together"


@pytest.mark.parametrize("heading", ["## References ", "##  References", "## References  "])
def test_blanks_around_a_heading_do_not_matter(folder, heading):
    assert section(expand_text(f"{HEAD}{heading}\n\nOwn.\n", folder), "References").startswith("Own.")


def test_a_heading_that_stands_twice_is_named_with_the_line_of_the_second(folder):
    assert mistake(folder, "## References\n\nA.\n\n## References\n\nB.\n").line == 16


def test_a_missing_file_of_sections_is_named_with_the_line_that_names_it(tmp_path):
    problem = mistake(tmp_path, "")
    assert (problem.line, problem.found) == (10, "'_class.md'")
    assert "a file of sections beside the chapter" in problem.expected


def test_a_section_added_to_the_shared_file_stands_in_every_chapter(folder):
    for name in ("first", "second"):
        (folder / f"{name}.md").write_text(HEAD + "## References\n\nOwn.\n", encoding="utf-8")
    (folder / "_class.md").write_text(
        SHARED.replace("## References", "## What is new?\n\nlr.show_new()\n\n## References"), encoding="utf-8"
    )
    pages = find_pages(folder)
    assert [path.stem for path in pages] == ["first", "second"], "a part of other pages is no page"
    for path in pages:
        text = expand_chapter(path)
        assert section(text, "What is new?") == "lr.show_new()"
        assert text.index("## What is new?") < text.index("## References")


def test_every_page_with_shared_sections_is_whole_when_expanded():
    """On the review's own files: no cell of the shared file is lost, and no own word either."""
    named = {
        path: name
        for path in find_pages(ROOT / "chapters")
        if (name := sections_of(path.read_text(encoding="utf-8")))
    }
    used = Counter(named.values())
    assert used == {"_class.md": 4, "_class-evidence.md": 4, "_class-comparators.md": 4, "_setting.md": 6}
    for path, name in named.items():
        cells = (ROOT / "chapters" / name).read_text(encoding="utf-8").count("```{code-cell}")
        own, text = path.read_text(encoding="utf-8"), expand_chapter(path)
        assert text.count("```{code-cell}") == cells + own.count("```{code-cell}")
        for line in own.splitlines():
            assert line in text or line in (f"% sections: {name}", "+++"), line


def test_sections_in_another_encoding_are_told(folder):
    (folder / "_class.md").write_bytes("## Größe\n".encode("cp1252"))
    with pytest.raises(SectionError, match="not UTF-8"):
        expand_text("% sections: _class.md\n", folder)
