"""The original study's way through a video, re-enacted: what all of this is faster than.

Every frame: OpenCV decodes it whole; the LBP cascade looks at it in full size, at a scale of 1.05
and with 5 neighbours; the study's network is asked about each face by ``model.predict``; the frame
gets a rectangle and a name, and is encoded again by ``cv2.VideoWriter``. The network has random
weights, which take as long as trained ones. Run by ``bench/speed.py`` on an excerpt::

    .venv/bin/python bench/study.py VIDEO OUT
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import cv2
import numpy as np

from eyecatch.core.detect.cascade import CascadeConfig, resolve
from eyecatch.core.identity.networks import Network, study

SIZE, CHARACTERS = 80, 20


def main(video: Path, out: Path) -> None:
    """Prints how many frames and faces there were."""
    cascade = cv2.CascadeClassifier(resolve(CascadeConfig())[0])
    model = study(CHARACTERS, SIZE)
    capture = cv2.VideoCapture(str(video))
    size = tuple(int(capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    code = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(out), code, capture.get(cv2.CAP_PROP_FPS), (size[0], size[1]))
    frames = faces = 0
    while True:
        there, picture = capture.read()
        if not there:
            break
        faces += annotate(np.asarray(picture, np.uint8), cascade, model)
        writer.write(picture)
        frames += 1
    writer.release()
    print(frames, faces)


def annotate(picture: cv2.typing.MatLike, cascade: cv2.CascadeClassifier, model: Network) -> int:
    """Draws a box and a class at each face of one frame; returns how many."""
    grey = cv2.equalizeHist(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    found = cascade.detectMultiScale(grey, scaleFactor=1.05, minNeighbors=5, minSize=(24, 24))
    for x, y, w, h in found:
        face = cv2.resize(picture[y : y + h, x : x + w], (SIZE, SIZE))
        with warnings.catch_warnings(action="ignore"):  # of Keras, about NumPy 2
            said = model.predict(face[None], verbose=0)
        cv2.rectangle(picture, (x, y), (x + w, y + h), (0, 255, 0), 2)
        cv2.putText(picture, str(said.argmax()), (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 255, 0))
    return len(found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
