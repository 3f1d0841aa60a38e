"""Which formats are read: those that hold a video, or a sound, in one file.

FFmpeg guesses a format from a file's content, whatever the file is called, and some formats are
lists of other files and addresses, which it would open: ffconcat, HLS, DASH, SDP, IMF, scripts of
AviSynth, sequences of pictures by a pattern, VobSub and Magic Lantern's parts. A file from a
stranger must not choose what is read here, so only these are allowed, by FFmpeg's names.
"""

from __future__ import annotations

from typing import Final

_CONTAINERS: Final = (
    "matroska webm mov mp4 m4a 3gp 3g2 mj2 mpeg mpegts mpegtsraw avi asf asf_o flv live_flv kux rm "
    "ogg nut mxf gxf lxf wtv ty nsv nuv dv dhav pva pmp pdv ivr ivf obu rcwt swf xmv yop lvf luodat"
)
_RAW: Final = (
    "h264 hevc vvc evc av1 apv avs avs2 avs3 cavsvideo dirac dnxhd vc1 vc1test h261 h263 m4v ipu "
    "mpegvideo mjpeg mjpeg_2000 mpjpeg smjpeg ingenient yuv4mpegpipe v210 v210x cine"
)
_MOVING_PICTURES: Final = "gif apng webp_anim jpegxl_anim"
_GAMES: Final = (
    "4xm anm bethsoftvid bfi bink bmv c93 cdg cdxl dfa dsicin dxa ea film_cpk filmstrip flic gdv "
    "hnm idcin idf iff ifv ipmovie iv8 jv lmlm4 mgsts mm moflex mods msnwctcp mtv mv mvi mxg paf "
    "r3d rl2 roq rpl sdr2 sga siff smk smush thp tiertexseq tmv txd vivo vividas vmd wc3movie wsvqa"
)
_SOUND: Final = (  # no video, and said to be none
    "wav mp3 flac aac ac3 eac3 dts aiff au caf w64 amr ape mpc mpc8 tta wv oma voc adx truehd mlp"
)
_STILLS: Final = (  # no video either
    "bmp_pipe dds_pipe exr_pipe gif_pipe j2k_pipe jpeg_pipe jpegls_pipe jpegxl_pipe png_pipe "
    "ppm_pipe psd_pipe qoi_pipe tiff_pipe webp_pipe xpm_pipe"
)

_ALLOWED: Final = (_CONTAINERS, _RAW, _MOVING_PICTURES, _GAMES, _SOUND, _STILLS)

ONLY_ITSELF: Final = {
    "protocol_whitelist": "file",
    "format_whitelist": ",".join(" ".join(_ALLOWED).split()),
}
"""Options with which FFmpeg opens a file of this machine, and nothing else for its sake."""

NO_PROTOCOLS: Final = ONLY_ITSELF | {"protocol_whitelist": "none"}
"""For a remote file, which FFmpeg reads through us: of this machine it may open nothing at all."""

_LISTS: Final = (b"ffconcat version", b"#extm3u", b"v=0", b"[playlist]")
_XML_LISTS: Final = (b"<mpd", b"<smil", b"<asx", b"<assetmap", b"<compositionplaylist")


def is_list(head: bytes) -> bool:
    """Whether a file that begins like this is a list of other files or addresses."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    xml = text.startswith(b"<") and any(name in text for name in _XML_LISTS)
    return xml or text.startswith(_LISTS)
