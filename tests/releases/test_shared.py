"""Pages that share their parts."""

import json
import re

from livingreview.releases.shared import SharedFolder, share_elements
from tests.conftest import ROOT


def test_parts_are_taken_in_as_they_were(tmp_path):
    """What the scripts write is the page's own text; quotation marks, tags and scripts in it survive."""
    text = (
        '<p>Before</p><details><script>let a = "</b>";</script>'
        f"<details>é “x” \\ {'y' * 500}</details></details><p>After</p>"
    )
    shared = share_elements(text, "shared/", SharedFolder(tmp_path))
    kept = re.sub(r"<noscript>.*?</noscript>", "", shared)
    assert "yyy" not in kept
    read = re.sub(
        r'<script src="shared/([^"]*)"></script>',
        lambda match: json.loads(
            re.search(r"document\.write\((.*)\); me", (tmp_path / match[1]).read_text(encoding="utf-8"))[
                1
            ].replace("<\\/", "</")
        ),
        kept,
    )
    assert read == text


def test_a_script_that_loads_others_asks_where_a_kept_version_has_them():
    for path in (ROOT / "livingreview" / "book" / "web").glob("lr-*.js"):
        text = path.read_text(encoding="utf-8")
        if "document.currentScript.src" in text:
            assert "lrPlace" in text, (
                f"{path.name} loads files beside itself: "
                "`script.src = globalThis.lrPlace?.(name) ?? new URL(name, here)` "
                "finds them in a kept version too"
            )
