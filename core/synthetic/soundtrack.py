"""What a drawn episode sounds like: songs, and speech over noise and music, all made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

RATE = 22050
"""Samples a second; Chromaprint, by which sound is known again, hears half of what it can hold."""

_BLOCK = (
    10.0  # seconds that are made at once, from a seed of their own: any place is quick to reach
)
_SONG, _SPEECH, _NOISE, _CUE = range(1, 5)  # what a generator of random numbers is for
_CUES = 3  # pieces of music that a season has for its scenes
_FIRST_CUE = 1 << 20  # seed of the first of all: no song has it
_SCORED = 0.3  # how many blocks of a story have one under the speech

Samples = npt.NDArray[np.float32]
"""float32 (n,), one channel, -1..1, ``RATE`` a second."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of sound; equal ones sound the same.

    Attributes:
        style: a song, the sound of a story (speech, noise, at times music), or nothing.
        seed: which song; which story.
        start: seconds of it that are left out.
        seconds: its length.
        dub: language of the speech; another one differs in every word.
        score: seed of the music that stories of a season share; None for none.
    """

    style: Literal["song", "story", "silence"]
    seed: int = 0
    start: float = 0.0
    seconds: float = 0.0
    dub: int = 0
    score: int | None = None

    def part(self, start: float, stop: float) -> Sound:
        """What is heard of it from ``start`` to ``stop``, in seconds from its own beginning."""
        return replace(self, start=self.start + start, seconds=stop - start)


def heard(sounds: Sequence[Sound]) -> Samples:
    """The sounds one after the other; no error of rounding adds up."""
    edges = np.concatenate([[0.0], np.cumsum([sound.seconds for sound in sounds])])
    samples = (edges * RATE).round().astype(int)
    pieces = [_made(s, int(n)) for s, n in zip(sounds, np.diff(samples), strict=True)]
    return np.concatenate([np.zeros(0, np.float32), *pieces])


def _made(sound: Sound, count: int) -> Samples:
    if sound.style == "silence":
        return np.zeros(count, np.float32)
    first = round(sound.start * RATE)
    size = round(_BLOCK * RATE)
    blocks = range(first // size, (first + max(count, 1) - 1) // size + 1)
    whole = np.concatenate([_block(replace(sound, start=0.0, seconds=0.0), b) for b in blocks])
    offset = first - blocks[0] * size
    return whole[offset : offset + count]


@lru_cache(maxsize=48)  # 42 MB: the stories of an episode and of those it quotes
def _block(sound: Sound, number: int) -> Samples:
    if sound.style == "song":
        return _music(sound.seed, number)
    samples = 0.5 * _speech(sound.seed, sound.dub, number) + _noise(sound.seed, number)
    rng = np.random.default_rng((sound.seed, number, _CUE))
    if sound.score is not None and rng.random() < _SCORED:
        samples += 0.35 * _music(_FIRST_CUE + sound.score * _CUES + int(rng.integers(_CUES)), 0)
    return samples.astype(np.float32)


def _music(seed: int, number: int) -> Samples:
    """A tune over chords, bass and a drum; key, tempo and colour follow from the seed."""
    rng = np.random.default_rng((seed, _SONG))
    beat = 60.0 / float(rng.uniform(96, 168))
    root, minor = 110 * 2 ** (float(rng.integers(12)) / 12), bool(rng.integers(2))
    scale = np.array([0, 2, 3, 5, 7, 8, 10] if minor else [0, 2, 4, 5, 7, 9, 11])
    colour = rng.uniform(0.1, 0.7, 5) ** np.arange(1, 6)
    chords = rng.integers(0, 7, 4)
    rng = np.random.default_rng((seed, number, _SONG))
    samples = np.zeros(round(_BLOCK * RATE), np.float32)

    def play(step: int, octave: float, at: float, seconds: float, volume: float) -> None:
        pitch = root * 2 ** (octave + scale[step % 7] / 12 + step // 7)
        _add(samples, at, volume * _tone(pitch, seconds, colour))

    for k, at in enumerate(np.arange(0, _BLOCK, beat)):
        chord = int(chords[k // 4 % 4])
        play(chord, -1, float(at), beat, 0.16)
        if k % 4 == 0:
            for third in (0, 2, 4):
                play(chord + third, 0, float(at), 4 * beat, 0.06)
        for half in range(2 if rng.random() < 0.5 else 1):
            note = chord + int(rng.integers(0, 8))
            play(note, 1, float(at) + half * beat / 2, beat * 0.9, 0.14)
        hit = rng.normal(0, 0.05, round(0.08 * RATE)) * np.linspace(1, 0, round(0.08 * RATE)) ** 2
        _add(samples, float(at), hit.astype(np.float32))
    return samples


def _tone(pitch: float, seconds: float, colour: npt.NDArray[np.float64]) -> Samples:
    t = np.arange(round(seconds * RATE)) / RATE
    overtones = np.arange(1, len(colour) + 1)[:, None]
    waves = np.sin(2 * np.pi * pitch * overtones * t) * (colour / colour[0])[:, None]
    fade = np.minimum(1, t / 0.01) * np.exp(-2.5 * t / seconds)
    return np.asarray(waves.sum(0) * fade, np.float32)


def _speech(seed: int, dub: int, number: int) -> Samples:
    """Syllables: vowels by two resonances over a voice that rises and falls, and pauses."""
    rng = np.random.default_rng((seed, number, dub, _SPEECH))
    samples, at = np.zeros(round(_BLOCK * RATE), np.float32), 0.0
    voice = float(rng.uniform(100, 260))
    while at < _BLOCK:
        if rng.random() < 0.12:  # another speaker, after a pause
            at, voice = at + float(rng.uniform(0.2, 1.2)), float(rng.uniform(100, 260))
        seconds = float(rng.uniform(0.09, 0.26))
        _add(samples, at, _vowel(rng, voice * float(rng.uniform(0.85, 1.2)), seconds))
        at += seconds + float(rng.uniform(0.0, 0.06))
    return samples


def _vowel(rng: np.random.Generator, pitch: float, seconds: float) -> Samples:
    t = np.arange(round(seconds * RATE)) / RATE
    glide = pitch * (1 + float(rng.uniform(-0.1, 0.1)) * t / seconds)
    first, second = float(rng.uniform(250, 900)), float(rng.uniform(900, 2600))
    overtones = np.arange(1, max(2, int(4000 / pitch)))
    heights = overtones * pitch
    loud = np.exp(-(((heights - first) / 180) ** 2))
    loud += 0.6 * np.exp(-(((heights - second) / 240) ** 2)) + 0.02
    phase = 2 * np.pi * np.cumsum(glide) / RATE
    wave = (np.sin(overtones[:, None] * phase) * loud[:, None]).sum(0)
    return np.asarray(0.3 * wave * np.sin(np.pi * t / seconds) ** 0.5, np.float32)


def _noise(seed: int, number: int) -> Samples:
    """Wind, rooms, streets: noise whose colour is each block's own."""
    rng = np.random.default_rng((seed, number, _NOISE))
    count = round(_BLOCK * RATE)
    spectrum = np.fft.rfft(rng.normal(0, 1, count))
    bands = np.interp(np.linspace(0, 1, len(spectrum)) ** 0.5, np.linspace(0, 1, 9),
                      rng.uniform(0.05, 1.0, 9) ** 2)  # fmt: skip
    noise = np.fft.irfft(spectrum * bands, count)
    return np.asarray(0.02 * noise / noise.std(), np.float32)


def _add(samples: Samples, at: float, what: Samples) -> None:
    first = round(at * RATE)
    what = what[: max(0, len(samples) - first)]
    samples[first : first + len(what)] += what
