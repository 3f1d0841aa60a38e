import numpy as np

from eyecatch.core.synthetic.cartoons import cartoons


def test_cartoons_follow_from_the_seed_and_their_boxes_lie_inside():
    one, same, other = cartoons(6, 3), cartoons(6, 3), cartoons(6, 4)
    for first, second in zip(one, same, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(one[0][0], other[0][0])
    for picture, *boxes in one:
        assert picture.shape == (360, 480, 3)
        for some in boxes:
            assert (some[:, 2:] > 0).all()
            assert (some[:, :2] >= 0).all()
            assert (some[:, :2] + some[:, 2:] <= [480.01, 360.01]).all()
    assert sum(len(faces) for _, faces, _ in cartoons(20, 1)) > 10
