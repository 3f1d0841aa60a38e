"""Data to train and measure with that lies behind links."""

import numpy as np
import pytest
from PIL import Image

from eyecatch.training.dataset import read_faces
from eyecatch.training.detector.dataset import load_unlabelled


@pytest.fixture
def linked(tmp_path):
    """A folder whose pictures lie on another disk, and a link that leads back."""
    folder, disk = tmp_path / "data", tmp_path / "disk" / "Rei"
    folder.mkdir()
    disk.mkdir(parents=True)
    for number in range(2):
        Image.fromarray(np.full((64, 64, 3), 40 * number, np.uint8)).save(disk / f"{number}.png")
    (folder / "Rei").symlink_to("../disk/Rei")
    (disk / "back").symlink_to(folder)
    return folder


def test_a_detector_learns_from_pictures_behind_links(linked):
    assert len(load_unlabelled(linked, 9)) == 2


def test_characters_are_read_from_folders_behind_links(linked):
    assert read_faces(linked).counts == {"Rei": 2}
