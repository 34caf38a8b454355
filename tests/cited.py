"""The review's own record as if its version were released, and as if the book had an address as well."""

from livingreview.citation import chapter_item, read_citation
from tests.conftest import ROOT

RECORD = {
    name: value for name, value in read_citation(ROOT).items() if name not in ("draft", "problems")
}  # as if it were released
PUBLISHED = RECORD | {
    "url": "https://example.org/review/",
    "repository-code": "https://example.org/owner/review",
    "authors": [{"family-names": "Müller & Sons", "given-names": "Ann B."}, {"name": "The <Group>"}],
}
CHAPTER = chapter_item(RECORD, title="Bortezomib combinations", page="bortezomib")
