"""Counts of texts that senders choose."""

from gateway.counts import MAX_LENGTH, MAX_TEXTS, OTHERS, BoundedCounter


def test_all_texts_are_counted_and_few_are_stored() -> None:
    counter = BoundedCounter()
    for number in range(MAX_TEXTS + 50):
        counter.add(f"{number} " + "x" * 10_000)
    counter.add("0 " + "x" * 10_000)
    assert sum(counter.values()) == MAX_TEXTS + 51
    assert (len(counter), counter[OTHERS]) == (MAX_TEXTS + 1, 50)
    assert max(len(text) for text in counter) == MAX_LENGTH
