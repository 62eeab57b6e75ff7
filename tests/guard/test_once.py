"""What is made once for all workers: made whole, or made again by whoever asks next, who meets the true fault."""

from pathlib import Path

import pytest

from tests.support.once import once


def test_what_failed_is_made_again_with_its_own_fault(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise RuntimeError("the true fault")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="the true fault"):
            once(tmp_path / "made", fail)
    assert not (tmp_path / "made").exists()
    assert list(once(tmp_path / "made", lambda folder: (folder / "whole").touch()).iterdir()) == [tmp_path / "made" / "whole"]
    assert once(tmp_path / "made", fail) == tmp_path / "made"
