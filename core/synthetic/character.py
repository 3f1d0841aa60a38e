"""Who is drawn: a character's design, and the pose it is drawn in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from eyecatch.core.synthetic.pen import Colour

Hair = Literal["twintails", "spikes", "long", "bob", "ponytail", "messy", "buns", "waves"]
Mouth = Literal["smile", "flat", "small", "open", "wide", "frown"]
Extra = Literal[
    "ribbons", "glasses", "headband", "hairband", "clip", "plaster", "freckles", "earrings"
]
Outfit = Literal["sailor", "hoodie", "blazer", "turtleneck", "shirt"]

UNKNOWN = "unknown"
"""The label of a face that is no known character, as the truth has it."""


@dataclass(frozen=True, slots=True)
class Character:
    """How somebody looks; lengths are in half widths of a face.

    Attributes:
        name: what the character is called, or ``unknown`` for a stranger.
        hair, hair_colour: style and colour.
        eye_colour, eye_height, eye_slant: iris; height of an open eye; how much its outer corner
            is raised (negative: it droops).
        skin: colour of the skin in daylight.
        jaw: half width of the jaw at the height of the mouth.
        brows: thickness of an eyebrow.
        outfit, outfit_colour, trim: clothes, their colour and that of their collar or ribbon.
        extras: what is worn in the face or hair.
        extra_colour: colour of the extras.
    """

    name: str
    hair: Hair
    hair_colour: Colour
    eye_colour: Colour
    outfit: Outfit
    outfit_colour: Colour
    trim: Colour
    extras: tuple[Extra, ...] = ()
    extra_colour: Colour = (210, 60, 70)
    skin: Colour = (255, 228, 208)
    eye_height: float = 0.56
    eye_slant: float = 0.04
    jaw: float = 0.7
    brows: float = 0.045


@dataclass(frozen=True, slots=True)
class Pose:
    """How a character is drawn in one picture.

    Attributes:
        eyes: 1 for wide open, 0 for shut.
        mouth: its shape.
        turn: the head's turn to its left, -1..1, of which 1 is a three-quarter view.
        tilt: degrees clockwise.
        flip: mirrored.
        sway: how far loose hair is blown aside, -1..1.
        mood: brows: 1 raised, -1 lowered.
    """

    eyes: float = 1.0
    mouth: Mouth = "smile"
    turn: float = 0.0
    tilt: float = 0.0
    flip: bool = False
    sway: float = 0.0
    mood: float = 0.0
