"""Likely records come first once enough is known; none is ever left out."""

from livingreview.surveillance.ordering import put_in_order, rank, words_of


def rows(count):
    return {
        f"r{number:02}": {
            "title": "marrow transplant outcome" if number % 5 == 0 else "bridge building survey",
            "abstract": f"series {number}",
            "entered": f"2026-01-{1 + number % 28:02}",
            "year": "2026",
        }
        for number in range(count)
    }


def test_like_stands_before_unlike():
    made = rows(40)
    known = {name: int(name[1:]) % 5 == 0 for name in list(made)[:20]}
    scores = rank({name: words_of(row) for name, row in made.items()}, known)
    likely = [scores[name] for name in made if int(name[1:]) % 5 == 0]
    others = [scores[name] for name in made if int(name[1:]) % 5]
    assert min(likely) > max(others)


def test_the_queue_holds_every_record_once_with_one_in_ten_out_of_order():
    made = rows(60)
    known = {name: int(name[1:]) % 5 == 0 for name in list(made)[:20]}
    due = list(made)[20:]
    queue = put_in_order(made, due, known)
    assert sorted(queue) == due
    assert [int(name[1:]) % 5 for name in queue[:8]] == [0] * 8
    assert int(queue[9][1:]) % 5
    assert queue == put_in_order(made, due[::-1], known)


def test_while_too_little_is_known_the_newest_come_first():
    made = rows(20)
    queue = put_in_order(made, list(made), {"r00": True, "r01": False})
    days = [made[name]["entered"] for name in queue]
    assert days == sorted(days, reverse=True)
