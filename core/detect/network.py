"""The face detector's network: fully convolutional, anchor-free, one output map at 1/8.

Depthwise-separable residual blocks (MobileNetV2, Sandler et al. 2018) give features at 1/8, 1/16
and 1/32, which are summed top-down (FPN, Lin et al. 2017) to one map at 1/8. Each of its cells says
how surely a face's centre lies in it (CenterNet, Zhou et al. 2019) and how far the face's four
edges are from the cell's centre (FCOS, Tian et al. 2019).

Three things keep it quick on a CPU. Pictures come in with four pixels of a row as one cell of
twelve channels (a view, no copy): a first convolution over three channels would cost twice as much.
Channels are multiples of 16, as XNNPACK computes sixteen at a time. And every operation leaves the
size open: maps are enlarged by ``depth_to_space`` of four copies, because TFLite does not hand a
resize of unknown size to its quick kernels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.tensorflow import keras, tensorflow

Network = Any
"""A ``keras.Model``; Keras has no types."""

Map = Any
"""A ``keras.KerasTensor``."""

STRIDE = 8
"""Pixels of the picture that one cell of the output map stands for."""

SIZE_DIVISOR = 32
"""Heights and widths of pictures are multiples of this."""

CHANNELS = 5
"""Of the output map: the heat's logit, then the log distances to the left, top, right, bottom."""

_PACK = 4
"""Pixels of a row that come in as one cell; also the step of the first convolution."""


def packed(pictures: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Pictures (n, h, w, 3) as the network takes them, (n, h, w / 4, 12): a view."""
    count, height, width, _ = pictures.shape
    return pictures.reshape(count, height, width // _PACK, _PACK * 3)


def build() -> Network:
    """The network, untrained.

    Returns:
        a model from float32 (n, h, w / 4, 12), BGR in 0..255 as ``packed`` gives it, to float32
        (n, h / 8, w / 8, 5) as CHANNELS says; h and w are multiples of SIZE_DIVISOR.
    """
    make = _Blocks()
    picture = keras().Input((None, None, _PACK * 3), name="picture")
    x = make.stem(picture, 16)
    eighth = make.stage(x, 32, blocks=2, side=3)
    sixteenth = make.stage(eighth, 96, blocks=3, side=3)
    small = make.stage(sixteenth, 192, blocks=4, side=5)
    x = make.fused(small, sixteenth, 48)
    x = make.separable(x, 48, 3)
    x = make.fused(x, eighth, 32)
    x = make.separable(x, 32, 3)
    return keras().Model(picture, make.head(x), name="faces")


class _Blocks:
    """Makes the layers; their names are numbered, so that equal networks have equal names."""

    def __init__(self) -> None:
        self.layers = keras().layers
        self.count = 0

    def _name(self, kind: str) -> str:
        self.count += 1
        return f"{self.count:02d}_{kind}"

    def _normalised(self, x: Map, *, relu: bool) -> Map:
        x = self.layers.BatchNormalization(momentum=0.98, name=self._name("norm"))(x)
        return self.layers.ReLU(name=self._name("relu"))(x) if relu else x

    def stem(self, picture: Map, channels: int) -> Map:
        """From 4x4 pixels to one cell each; the normalisation after it scales the pixels."""
        name = self._name("first")
        conv = self.layers.Conv2D(channels, (_PACK, 1), (_PACK, 1), use_bias=False, name=name)
        return self._normalised(conv(picture), relu=True)

    def _pointwise(self, x: Map, channels: int, *, relu: bool) -> Map:
        conv = self.layers.Conv2D(channels, 1, use_bias=False, name=self._name("point"))
        return self._normalised(conv(x), relu=relu)

    def separable(self, x: Map, channels: int, side: int, step: int = 1) -> Map:
        """A depthwise and a 1x1 convolution; added to what came in where the shapes are equal."""
        deep = self.layers.DepthwiseConv2D(
            side, step, padding="same", use_bias=False, name=self._name("deep")
        )
        y = self._pointwise(deep(x), channels, relu=True)
        return self.layers.Add(name=self._name("add"))([x, y]) if y.shape == x.shape else y

    def stage(self, x: Map, channels: int, blocks: int, side: int) -> Map:
        """Blocks of which the first halves the map."""
        x = self.separable(x, channels, side, step=2)
        for _ in range(blocks - 1):
            x = self.separable(x, channels, side)
        return x

    def fused(self, small: Map, large: Map, channels: int) -> Map:
        """The sum of a map and one of twice its size, both brought to as many channels."""
        small = self._pointwise(small, channels, relu=False)
        four = self.layers.Concatenate(name=self._name("four"))([small] * 4)
        double = self.layers.Lambda(
            lambda x: tensorflow().nn.depth_to_space(x, 2),
            output_shape=(None, None, channels),
            name=self._name("double"),
        )(four)
        both = [double, self._pointwise(large, channels, relu=False)]
        return self.layers.ReLU(name=self._name("relu"))(
            self.layers.Add(name=self._name("add"))(both)
        )

    def head(self, x: Map) -> Map:
        """The output map. The heat starts at 0.01 (RetinaNet, Lin et al. 2017), faces at 10 px."""
        start = [-4.6, 1.6, 1.6, 1.6, 1.6]

        def bias(_: tuple[int, ...], dtype: str) -> Map:
            return tensorflow().constant(start, dtype)

        return self.layers.Conv2D(CHANNELS, 1, bias_initializer=bias, name="map")(x)
