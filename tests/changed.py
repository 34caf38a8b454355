"""The evidence, or review.yml, with something changed, for tests of what a rule does."""

import dataclasses


def spoil(review, table, change):
    """The evidence with one of its tables changed."""
    return dataclasses.replace(review, tables={**review.tables, table: change(review.tables[table].copy())})


def change_rows(row_ids, **cells):
    """What `spoil` does to a table: some cells of some rows set to other values."""

    def change(frame):
        for column, value in cells.items():
            frame.loc[frame["row_id"].isin(row_ids), column] = value
        return frame

    return change


def edit(folder, old, new):
    """Replace a text of review.yml, which must be there; gives the line it stood on."""
    path = folder / "review.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1
