"""What is sent of each title: told once for every case."""

import pytest

from portal.rules.deposit import As, Due, Last, State, due

S = State
NEW, CORRECTION = As.NEW, As.CORRECTION
# obtained, last line, changed, complete: what is to be done.
CASES = (
    (True, None, False, True, Due.NEW),
    (True, None, False, False, Due.INCOMPLETE),
    (False, None, False, True, Due.NOTHING),
    # Sent: nothing more goes before the report, whatever happens meanwhile.
    (True, Last(NEW, S.SENT), True, True, Due.NOTHING),
    (False, Last(NEW, S.SENT), True, True, Due.NOTHING),
    # Accepted: once is enough, a change is a correction, what is not obtained any more is taken back by hand.
    (True, Last(NEW, S.ACCEPTED), False, True, Due.NOTHING),
    (True, Last(NEW, S.ACCEPTED), False, False, Due.NOTHING),
    (True, Last(NEW, S.ACCEPTED), True, True, Due.CORRECTION),
    (True, Last(NEW, S.ACCEPTED), True, False, Due.INCOMPLETE),
    (False, Last(NEW, S.ACCEPTED), True, True, Due.WITHDRAW),
    # Rejected or lost: it goes again, as what it was.
    (True, Last(NEW, S.REJECTED), False, True, Due.NEW),
    (True, Last(NEW, S.REJECTED), False, False, Due.INCOMPLETE),
    (True, Last(NEW, S.LOST), False, True, Due.NEW),
    (True, Last(CORRECTION, S.REJECTED), False, True, Due.CORRECTION),
    (True, Last(CORRECTION, S.LOST), True, True, Due.CORRECTION),
    (False, Last(NEW, S.REJECTED), False, True, Due.NOTHING),
    (False, Last(CORRECTION, S.REJECTED), False, True, Due.WITHDRAW),
    # Taken back: obtained again it is new.
    (False, Last(NEW, S.WITHDRAWN), False, True, Due.NOTHING),
    (True, Last(CORRECTION, S.WITHDRAWN), False, True, Due.NEW),
)


@pytest.mark.parametrize(("obtained", "last", "changed", "complete", "what"), CASES)
def test_each_title_is_sent_once_until_it_is_accepted(
    obtained: bool, last: Last, changed: bool, complete: bool, what: Due
) -> None:
    assert due(obtained=obtained, last=last, changed=changed, complete=complete) is what


def test_every_state_has_its_words_and_its_case() -> None:
    assert len({state.label for state in State}) == len(State)
    assert {last.state for _, last, *_ in CASES if last} == set(State)
