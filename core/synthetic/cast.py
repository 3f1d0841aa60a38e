"""The characters of the drawn show, and the strangers who pass through it."""

from __future__ import annotations

from eyecatch.core.synthetic.character import UNKNOWN, Character

SHOW = "Lantern Street"
"""The name of the show; it and everybody in it are invented."""

CAST: tuple[Character, ...] = (
    Character(
        "Akari", "twintails", (238, 118, 62), (64, 160, 92), "sailor", (250, 250, 252),
        (58, 84, 150), ("ribbons",), (222, 52, 72), eye_height=0.6, eye_slant=0.07,
    ),
    Character(
        "Riku", "spikes", (58, 70, 122), (226, 152, 44), "blazer", (66, 72, 96), (196, 54, 60),
        ("plaster",), (236, 190, 140), skin=(250, 216, 190), eye_height=0.46, eye_slant=0.1,
        jaw=0.66, brows=0.075,
    ),
    Character(
        "Yuzu", "long", (246, 214, 108), (66, 130, 214), "sailor", (58, 70, 112), (240, 236, 228),
        ("hairband",), (66, 120, 196), skin=(255, 234, 220), eye_slant=-0.03, jaw=0.74,
    ),
    Character(
        "Shion", "bob", (206, 208, 224), (142, 84, 190), "turtleneck", (92, 82, 124),
        (122, 112, 158), ("glasses",), (178, 110, 120), skin=(255, 234, 224), eye_height=0.54,
        eye_slant=0.0,
    ),
    Character(
        "Hotaru", "ponytail", (240, 142, 176), (206, 66, 112), "hoodie", (96, 190, 176),
        (250, 240, 220), ("clip",), (250, 206, 80), eye_height=0.6, eye_slant=0.02,
    ),
    Character(
        "Daichi", "messy", (112, 72, 48), (112, 84, 52), "hoodie", (206, 88, 56), (246, 226, 180),
        ("headband",), (240, 238, 230), skin=(238, 192, 152), eye_height=0.5, eye_slant=0.03,
        jaw=0.76, brows=0.07,
    ),
    Character(
        "Mizore", "waves", (84, 186, 196), (52, 124, 142), "shirt", (238, 242, 246),
        (84, 60, 120), ("earrings", "freckles"), (240, 210, 120), skin=(246, 218, 202),
        eye_slant=-0.06, jaw=0.72,
    ),
)  # fmt: skip
"""Seven, so that every episode can do without one or two of them. Hair, eyes and clothes differ."""

STRANGERS: tuple[Character, ...] = (
    Character(
        UNKNOWN, "buns", (92, 140, 78), (150, 96, 60), "shirt", (226, 206, 150), (120, 80, 60),
        skin=(250, 220, 196), eye_slant=0.05,
    ),
    Character(
        UNKNOWN, "messy", (52, 48, 56), (90, 90, 110), "blazer", (70, 90, 80), (220, 200, 120),
        skin=(246, 212, 184), eye_height=0.44, eye_slant=0.02, jaw=0.72, brows=0.07,
    ),
    Character(
        UNKNOWN, "bob", (150, 60, 74), (96, 126, 60), "hoodie", (160, 150, 190), (240, 240, 244),
        ("hairband",), (240, 236, 228), eye_slant=-0.02,
    ),
)  # fmt: skip
"""People without a name; the truth calls each of them ``unknown``."""
