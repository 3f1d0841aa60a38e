"""What a season on the air has beside its story, and which episode has what of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

_RECAPS, _COLD_OPENS, _SPONSORS = 0.6, 0.4, 0.6  # how many of the episodes have them


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastOptions:
    """What is drawn beside the story.

    Attributes:
        opening: seconds of it; 0 for none.
        second_opening: another one from the middle of the season on.
        ending: seconds of it; 0 for none.
        eyecatch: seconds of each of the two cards in the middle; 0 for none.
        sponsors: a card after the opening, in some episodes.
        cold_opens: story before the opening, in some.
        recaps: excerpts of the episode before come first, in some.
        previews: excerpts of the next episode come last.
        credits: names over openings and endings, other ones in each episode.
        opening_as_ending: the first episode has no opening and shows it as its ending.
        no_opening: one episode is without.
        short_opening: that of one episode is cut off.
        silent_opening: that of one episode has no sound.
        clip_show: one episode's story is excerpts of those before it.
        reused: a stock shot of several episodes, and flashbacks.
        music: pieces that are heard in the stories of all episodes, over other pictures.
        black: seconds of black between the parts.
        dubbed: numbers, from 0, of the episodes in which another language is spoken.
        second_size: width and height of the second half of the season; None for the same.
    """

    opening: float = 10.0
    second_opening: bool = True
    ending: float = 8.0
    eyecatch: float = 2.0
    sponsors: bool = True
    cold_opens: bool = True
    recaps: bool = True
    previews: bool = True
    credits: bool = True
    opening_as_ending: bool = True
    no_opening: bool = True
    short_opening: bool = True
    silent_opening: bool = True
    clip_show: bool = True
    reused: bool = True
    music: bool = True
    black: float = 0.0
    dubbed: tuple[int, ...] = ()
    second_size: tuple[int, int] | None = None


PLAIN = BroadcastOptions(
    second_opening=False, sponsors=False, cold_opens=False, recaps=False, previews=False,
    opening_as_ending=False, no_opening=False, short_opening=False, silent_opening=False,
    clip_show=False, reused=False,
)  # fmt: skip
"""Every episode alike: opening, story with a card in its middle, ending."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What one episode has.

    Attributes:
        opening: 0 the first, 1 the second, None for none.
        shown: share of the opening that is shown before it is cut off.
        silent: the opening has no sound.
        ending: there is one.
        opening_as_ending: and it is the first opening.
        cold_open, sponsors, recap, preview: it has them.
        clip_show: its story is a recap as a whole.
    """

    opening: int | None = 0
    shown: float = 1.0
    silent: bool = False
    ending: bool = True
    opening_as_ending: bool = False
    cold_open: bool = False
    sponsors: bool = False
    recap: bool = False
    preview: bool = False
    clip_show: bool = False


def programmes(episodes: int, options: BroadcastOptions, rng: np.random.Generator
               ) -> list[Programme]:  # fmt: skip
    """What each episode has.

    No episode is unusual in two ways. Where there are too few, the later wishes in the order of
    ``BroadcastOptions`` are dropped: two episodes of each opening are as they should be.
    """
    plain = [_plain(k, episodes, options, rng) for k in range(episodes)]
    found = _unusual(plain, options, rng)
    for k, one in enumerate(found):
        after_clips = k > 0 and found[k - 1].clip_show
        before_clips = k + 1 < episodes and found[k + 1].clip_show
        found[k] = replace(
            one,
            recap=one.recap and not (one.clip_show or after_clips),
            preview=one.preview and not before_clips,
            cold_open=one.cold_open and one.opening is not None and not one.clip_show,
            sponsors=one.sponsors and one.opening is not None,
        )
    return _told_apart(found, rng)


def _told_apart(plans: list[Programme], rng: np.random.Generator) -> list[Programme]:
    """The same, but that no opening has the sponsors' card after it each time.

    One that always has can't be told from one that ends with the card.
    """
    for opening in (0, 1):
        shown = [k for k, one in enumerate(plans) if one.opening == opening and one.shown == 1]
        if shown and all(plans[k].sponsors for k in shown):
            k = int(rng.choice(shown))
            plans[k] = replace(plans[k], sponsors=False)
    return plans


def _plain(k: int, episodes: int, options: BroadcastOptions, rng: np.random.Generator
           ) -> Programme:  # fmt: skip
    recap, cold, sponsors = rng.random(3) < (_RECAPS, _COLD_OPENS, _SPONSORS)
    second = options.second_opening and episodes >= 4 and k >= episodes // 2
    return Programme(
        opening=int(second) if options.opening else None,
        ending=options.ending > 0,
        cold_open=options.cold_opens and bool(cold),
        sponsors=options.sponsors and bool(sponsors or k in {1, episodes - 1}),
        recap=options.recaps and k > 0 and bool(recap or k == 1),
        preview=options.previews and k + 1 < episodes,
    )


def _unusual(
    plain: list[Programme], options: BroadcastOptions, rng: np.random.Generator
) -> list[Programme]:
    found, free = list(plain), list(range(1, len(plain)))
    if options.opening and options.opening_as_ending and len(plain) > 2:
        found[0] = replace(found[0], opening=None, ending=True, opening_as_ending=True)
    else:
        free.insert(0, 0)
    wishes = list(_wishes(options))
    for name, change in wishes:
        late = [k for k in free if name != "clip_show" or k >= max(2, len(plain) // 2)]
        spare = [k for k in late if name == "clip_show" or _spared(free, plain, k)]
        if spare:
            k = int(rng.choice(spare))
            free.remove(k)
            found[k] = replace(found[k], **change)  # type: ignore[arg-type]
    return found


def _spared(free: list[int], plain: list[Programme], k: int) -> bool:
    """Whether two other episodes still show this one's opening as it should be."""
    return sum(plain[other].opening == plain[k].opening for other in free if other != k) >= 2


def _wishes(options: BroadcastOptions) -> Iterator[tuple[str, dict[str, object]]]:
    if options.clip_show:
        yield "clip_show", {"clip_show": True}
    if options.opening and options.no_opening:
        yield "no_opening", {"opening": None}
    if options.opening and options.short_opening:
        yield "short_opening", {"shown": 0.6}
    if options.opening and options.silent_opening:
        yield "silent_opening", {"silent": True}
