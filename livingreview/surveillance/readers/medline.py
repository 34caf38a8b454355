"""MEDLINE's tagged format (nbib, "PubMed" format), read tag by tag so that nothing of it is lost."""

from __future__ import annotations

import re
from collections import Counter

from livingreview.surveillance.readers.found import Export, Found, find_doi, make_found

Tags = dict[str, list[str]]
# What is read, and bookkeeping that is known and of no use here.
_KNOWN = re.compile(
    "PMID|TI|BTI|TT|AB|OAB|FAU|AU|CN|JT|TA|DP|DEP|VI|IP|PG|AID|LID|MH|OT|PT|SI|PMC|CRDT|EDAT|"
    "OWN|STAT|DCOM|LR|IS|DA|RN|SB|MHDA|PHST|SO|PL|GR|AD|AUID|LA|CI|COIS|IR|FIR|IRAD|PST|OTO|NM|JID|EDN|CON|"
    "CIN|OID|GN|RF|EIN|EFR|CRI|CRF|ECI|ECF|RIN|ROF|RRI|RRF|RPI|RPF|SPIN|UIN|UOF|PB|PUBM|CTI|CDAT|ISBN|ED|FED|"
    "FPS|PS|MID|OABL|CTDT|OCI|PRIN|PROF|DDIN|DRIN|ORI|PHS|GS|PMCR"
)
# Links to what appeared on the article afterwards, or before it.
_NOTICES = {
    **dict.fromkeys(("RIN", "RPI", "RRI"), "retracted"),
    "ECI": "expression of concern",
    **dict.fromkeys(("EIN", "CRI"), "corrected"),
    "UIN": "updated",
    "UOF": "update of another",
}


def parse_medline(text: str) -> list[Tags]:
    """Each record as its tags in order: tag -> values, continued lines joined by a blank."""
    records: list[Tags] = []
    values: list[str] = []
    for line in text.split("\n"):
        found = re.match(r"([A-Z]{2,4}) *- ?(.*)", line)
        if found and line[4:5] == "-":
            if found[1] == "PMID" or not records:
                records.append({})
            values = records[-1].setdefault(found[1], [])
            values.append(found[2].strip())
        elif line.startswith("      ") and values:
            values[-1] = f"{values[-1]} {line.strip()}"
    return records


def read_medline(text: str) -> Export:
    """Records of an nbib or MEDLINE file."""
    parsed = parse_medline(text)
    unknown = Counter(tag for record in parsed for tag in record if not _KNOWN.fullmatch(tag))
    begun = len(re.findall(r"^PMID- ", text, re.MULTILINE))
    return Export("MEDLINE (PubMed, nbib)", tuple(map(_make, parsed)), begun, dict(unknown))


def _make(record: Tags) -> Found:
    def first(*tags: str) -> str:
        return next((record[tag][0] for tag in tags if record.get(tag)), "")

    # The record's own number of articles: LID alone may lack it, the comment tags name those of others.
    own = [value for tag in ("AID", "LID") for value in record.get(tag, ()) if value.endswith("[doi]")]
    entered = first("EDAT", "CRDT")
    return make_found(
        title=first("TI", "BTI", "TT"),
        authors=record.get("FAU") or record.get("AU") or record.get("CN") or [],
        container=first("JT", "TA"),
        year=first("DP", "DEP"),
        volume=first("VI"),
        issue=first("IP"),
        pages=first("PG"),
        abstract=first("AB", "OAB"),
        keywords=[*record.get("OT", ()), *record.get("MH", ())],
        doi=find_doi(own[0]) if own else "",
        pmid=first("PMID"),
        pmcid=first("PMC"),
        trials=record.get("SI", []),
        accession=first("PMID"),
        kinds="; ".join(record.get("PT", ())),
        notices=[flag for tag, flag in _NOTICES.items() if tag in record],
        day=entered[:10].replace("/", "-"),
    )
