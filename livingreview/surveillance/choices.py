"""What a reader may decide at each stage, and what that says. Light: the command line's help has it."""

from __future__ import annotations

# Stage -> decision -> what it says, wherever a reader decides.
MEANINGS = {
    "title_abstract": {
        "include": "it may meet the criteria: it is read in full",
        "exclude": "a reason holds by title and abstract alone: the first of them in the order",
        "unclear": "title and abstract do not tell: it is read in full, as with include",
    },
    "full_text": {
        "include": "every criterion is met: it is entered",
        "context": "of no use for the results asked for, but kept to read them beside; a reason, or none",
        "exclude": "a reason holds: the first of them in the order",
        "unclear": "the text does not tell: it waits with what readers differ on until one settles it",
        "not_retrieved": "the text could not be had: it is listed as waiting until it can",
    },
}
STAGES = tuple(MEANINGS)
CHOICES = {stage: tuple(meanings) for stage, meanings in MEANINGS.items()}
