import os
from pathlib import Path

import cv2
import pytest

DATA = Path(os.environ.get("EYECATCH_DATA") or Path(__file__).parents[4] / "shared" / "data")


@pytest.fixture
def haar() -> Path:
    """A Haar cascade (of the old kind of file) that comes with OpenCV."""
    return Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"


@pytest.fixture
def anime() -> Path:
    """The LBP cascade for anime faces, which is not part of the project."""
    for path in (os.environ.get("EYECATCH_CASCADE"), DATA / "cascade" / "lbpcascade_animeface.xml"):
        if path and Path(path).is_file():
            return Path(path)
    pytest.skip("lbpcascade_animeface.xml is neither in EYECATCH_CASCADE nor in the data folder")
