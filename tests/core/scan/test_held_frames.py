import numpy as np

from eyecatch.core.scan.held_frames import HeldFrameFilter, block_difference


def thumbnail(x=20):
    """A small face on a plain wall."""
    picture = np.full((36, 64, 3), 90, np.uint8)
    picture[16:20, x : x + 4] = 200
    return picture


def test_noise_is_held_and_a_small_face_that_moves_is_not():
    held = HeldFrameFilter(0.004)
    noisy = thumbnail() + np.random.default_rng(0).integers(0, 2, (36, 64, 3)).astype(np.uint8)
    assert not held.is_held(thumbnail())
    assert held.is_held(noisy)
    assert not held.is_held(thumbnail(21))


def test_a_slow_pan_is_looked_at_again_once_it_has_gone_far_enough():
    held = HeldFrameFilter(0.01)
    ramp = [np.full((36, 64, 3), 50 + step, np.uint8) for step in range(12)]
    fresh = [not held.is_held(picture) for picture in ramp]
    assert fresh == [step % 3 == 0 for step in range(12)]


def test_after_a_reset_nothing_is_held():
    held = HeldFrameFilter(1.1)
    assert not held.is_held(thumbnail())
    assert held.is_held(thumbnail(40))
    held.reset()
    assert not held.is_held(thumbnail(40))


def test_the_difference_of_the_block_that_differs_most():
    a = np.zeros((36, 64, 3), np.uint8)
    b = a.copy()
    b[32:, 60:] = 255
    assert block_difference(a, b) == block_difference(b, a) == 1
    assert block_difference(a, a) == 0
