"""NFO files as Kodi and Jellyfin read them: actors are added, and nothing else is touched."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing
from xml.etree import ElementTree as ET

import pytest

import eyecatch
from eyecatch.core.crops import is_crop
from eyecatch.core.errors import RequestError
from eyecatch.db.index import open_index
from eyecatch.jobs.cli import main
from eyecatch.jobs.export.nfo import NfoActor, NfoError, NfoFacts, new_nfo, with_actors

VELMA, FRED = NfoActor("Velma", "/show/.actors/Velma.jpg"), NfoActor("Fred & Co <3")

THERE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!-- made by hand -->
<episodedetails>
    <title>What a Night for a Knight</title>
    <season>1</season><episode>1</episode>
    <uniqueid type="tvdb" default='true'>1 &gt; 0</uniqueid>
    <actor>
        <name>Nicole Jaffe</name>
        <role>Velma</role>
        <thumb>https://pictures/jaffe.jpg</thumb>
    </actor>
    <plot><![CDATA[A <b>knight</b>.]]></plot>
</episodedetails>
"""


def jellyfin(content: bytes) -> list[dict[str, str]]:
    """What Jellyfin takes of a file: to the end of the first ``episodedetails``, by element."""
    text = content.decode("utf-8-sig")
    end = re.search("</episodedetails>", text, re.IGNORECASE)
    root = ET.fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text[: end.end() if end else None]))
    return [{one.tag: one.text for one in actor} for actor in root.iterfind("actor")]


def kodi(content: bytes) -> list[list[str]]:
    """What Kodi takes of a file: one root after the other, and the names of actors in each."""
    roots = re.findall(r"<episodedetails.*?</episodedetails>", content.decode(), re.DOTALL)
    return [[actor.findtext("name") for actor in ET.fromstring(root).iterfind("actor")]
            for root in roots]  # fmt: skip


def test_a_new_file_says_what_is_known_and_no_more():
    made = new_nfo(NfoFacts(showtitle="Scooby & Doo", season=1, episode=3), [VELMA, FRED])
    root = ET.fromstring(made)
    assert root.tag == "episodedetails"
    assert [(one.tag, one.text) for one in root if one.tag != "actor"] == [
        ("showtitle", "Scooby & Doo"),
        ("season", "1"),
        ("episode", "3"),
    ]
    thumb = {"thumb": "/show/.actors/Velma.jpg"}
    assert jellyfin(made) == [
        {"name": "Velma", "role": "Velma", "order": "0"} | thumb,
        {"name": "Fred & Co <3", "role": "Fred & Co <3", "order": "1"},
    ]


def test_actors_are_added_and_every_other_byte_stays():
    made = with_actors(THERE.encode(), [VELMA, FRED])
    added = re.search(rb'\n    <actor by="eyecatch">.*?</actor>', made, re.DOTALL)
    assert made.replace(added.group(), b"") == THERE.encode()
    assert [one["name"] for one in jellyfin(made)] == ["Nicole Jaffe", "Fred & Co <3"]
    assert jellyfin(made)[1]["order"] == "1", "behind those that are there"
    assert made.decode().splitlines()[11].startswith("    <actor"), "as the others stand"


def test_who_is_there_by_another_name_is_not_doubled():
    other = NfoActor("Velma Dinkley", aliases=("VELMA",))
    assert with_actors(THERE.encode(), [other]) == THERE.encode()


def test_another_export_replaces_what_the_last_one_wrote():
    once = with_actors(THERE.encode(), [FRED, NfoActor("Typo")])
    assert with_actors(once, [FRED]) == with_actors(THERE.encode(), [FRED])
    assert with_actors(once, []) == THERE.encode()
    fresh = new_nfo(NfoFacts(showtitle="Show"), [FRED])
    assert with_actors(with_actors(fresh, [VELMA, FRED]), [FRED]) == fresh


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + THERE,
        THERE.replace("\n", "\r\n"),
        "<episodedetails/>",
        "<episodedetails />\n<!-- the end -->\n",
        "<episodedetails><title>a</title></episodedetails>",
        "<episodedetails><actor/></episodedetails>",
        "\n  <movie>\n\t<title>Film</title>\n</movie>\nhttps://www.themoviedb.org/movie/1",
    ],
)
def test_files_of_any_form_are_added_to(content):
    made = with_actors(content.encode(), [FRED])
    root = ET.fromstring(re.sub(r"\nhttps://.*", "", made.decode("utf-8-sig").strip()))
    assert [one.findtext("name") for one in root.iterfind("actor")][-1] == FRED.name
    assert "\r\n" not in content or not re.search(rb"(?<!\r)\n", made)
    assert made.startswith(content.encode()[:9])
    added = re.search(rb'\s*<actor by="eyecatch">.*?</actor>\s*', made, re.DOTALL).group()
    assert b"".join(made.replace(added, b"").split()) == b"".join(opened(content).encode().split())


def opened(content: str) -> str:
    return re.sub(r"<episodedetails ?/>", "<episodedetails></episodedetails>", content)


def test_a_video_of_two_episodes_has_them_in_both():
    two = THERE + THERE.split("-->")[1].replace("Nicole Jaffe", "Frank Welker")
    made = with_actors(two.encode(), [FRED])
    assert kodi(made) == [["Nicole Jaffe", FRED.name], ["Frank Welker", FRED.name]]
    assert with_actors(made, []) == two.encode()


@pytest.mark.parametrize("encoding", ["iso-8859-1", "shift_jis", "utf-16", "windows-1252"])
def test_the_encoding_stays(encoding):
    title = "夜" if encoding in {"shift_jis", "utf-16"} else "Nuit à l'été"
    text = THERE.replace("UTF-8", encoding).replace("Knight", title)
    there = text.encode(encoding)
    made = with_actors(there, [NfoActor("アスカ é")])
    assert made.decode(encoding).replace("&#233;", "é").count(title) == 1
    root = ET.fromstring(made.decode(encoding).split("?>", 1)[1])
    assert root.findall("actor")[1].findtext("name") == "アスカ é"
    assert with_actors(made, []) == there


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<episodedetails><title>&c;</title></episodedetails>"""
OUTSIDE = """<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<episodedetails><title>&f;</title></episodedetails>"""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BOMB.encode(), "document type"),
        (OUTSIDE.encode(), "document type"),
        (b"\xb2\xdb\xdb a release \xdb\xdb\xb2", "encoding"),
        (b"Ripped by nobody", "no XML"),
        (b"", "no XML"),
        (b"https://www.thetvdb.com/?tab=series&id=1", "no XML"),
        (b"<tvshow><title>Show</title></tvshow>", "about a tvshow"),
        (b"<episodedetails><title>half", "no XML"),
        (b'<?xml version="1.0" encoding="klingon"?><episodedetails/>', "encoding"),
        (b'<?xml version="1.0" encoding="idna"?><episodedetails/>', "encoding that can't have"),
        (  # without a mark
            '<?xml version="1.0" encoding="utf-16-le"?><episodedetails/>'.encode("utf-16-le"),
            "encoding",
        ),
    ],
)
def test_what_is_no_file_of_an_episode_is_refused(content, reason):
    with pytest.raises(NfoError, match=reason):
        with_actors(content, [VELMA])


@pytest.fixture
def show(filled, refill, tmp_path):
    """A show's folder with a season in it, indexed there."""
    season = tmp_path / "Show" / "Season 1"
    season.mkdir(parents=True)
    (tmp_path / "Show" / "tvshow.nfo").write_text("<tvshow/>")
    shutil.copy(filled.folder / "S01E01.mkv", season / "Show S01E01.mkv")
    db = refill(tmp_path / "show.db", season / "Show S01E01.mkv")
    return db, season


def test_an_episode_gets_its_actors_beside_it(filled, show, capfd):
    db, season = show
    main(["export", "appearances", "--db", db, "--format", "nfo", "--beside"])
    assert capfd.readouterr().err == f"Wrote {season / 'Show S01E01.nfo'}.\n"
    actors = jellyfin((season / "Show S01E01.nfo").read_bytes())
    seconds = defaultdict(int)
    for names in filled.named().values():
        for name in names:
            seconds[name] += 1
    assert [one["name"] for one in actors] == sorted(seconds, key=lambda n: (-seconds[n], n))
    for one in actors:
        picture = season.parent / ".actors" / f"{one['name'].replace(' ', '_')}.jpg"
        assert one["thumb"] == str(picture), "Jellyfin is told where, Kodi looks there"
        assert is_crop(picture.read_bytes())


def test_what_is_there_stays_beside_it_and_pictures_too(show):
    db, season = show
    (season / "Show S01E01.nfo").write_text(THERE)
    (season.parent / ".actors").mkdir()
    eyecatch.export(
        "appearances", db=db, format="nfo", beside=True, thumbs="smb://nas/Show/.actors"
    )
    made = (season / "Show S01E01.nfo").read_text()
    assert all(line in made for line in THERE.splitlines())
    name = jellyfin(made.encode())[1]["name"]
    assert f"<thumb>smb://nas/Show/.actors/{name}.jpg</thumb>" in made
    mine = season.parent / ".actors" / f"{name}.jpg"
    mine.write_bytes(b"mine")
    eyecatch.export("appearances", db=db, format="nfo", beside=True)
    assert mine.read_bytes() == b"mine"
    eyecatch.export("appearances", db=db, format="nfo", beside=True, force=True)
    assert is_crop(mine.read_bytes())


def test_a_folder_gets_what_stands_beside_the_episode_and_the_actors(show, tmp_path):
    db, season = show
    (season / "Show S01E01.nfo").write_text(THERE)
    out = tmp_path / "out"
    eyecatch.export("appearances", db=db, format="nfo", out=out, thumbs="none")
    assert [one.name for one in out.iterdir()] == ["Show S01E01.nfo"]
    made = (out / "Show S01E01.nfo").read_text()
    assert "What a Night for a Knight" in made
    assert "<thumb>/" not in made
    assert (season / "Show S01E01.nfo").read_text() == THERE


def test_the_note_of_a_release_is_left_alone(show):
    db, season = show
    (season / "Show S01E01.nfo").write_text("Ripped by nobody")
    with pytest.raises(RequestError, match=r"Show S01E01\.nfo is no XML"):
        eyecatch.export("appearances", db=db, format="nfo", beside=True)
    assert (season / "Show S01E01.nfo").read_text() == "Ripped by nobody"


def test_the_others_are_written_and_the_status_says_so(filled, refill, tmp_path, capfd):
    files = [tmp_path / "S01E01.mkv", tmp_path / "S01E02.mkv"]
    for file, more in zip(files, (b"", b"more"), strict=True):
        file.write_bytes((filled.folder / "S01E01.mkv").read_bytes() + more)
    db = refill(tmp_path / "show.db", *files)
    files[0].with_suffix(".nfo").write_text("Ripped by nobody")
    with pytest.raises(SystemExit) as ended:
        main(["export", "appearances", "--db", db, "--format", "nfo", "--beside"])
    assert ended.value.code == 3
    said = capfd.readouterr().err
    assert "S01E01.nfo is no XML" in said
    assert f"Wrote {files[1].with_suffix('.nfo')}." in said


def test_the_picture_that_a_person_chose_is_taken(show):
    db, _ = show
    with closing(sqlite3.connect(db)) as connection, connection:
        name, track = connection.execute(
            "SELECT name, track.id FROM track JOIN character ON character.id = character_id"
            " ORDER BY name, track.number DESC"
        ).fetchone()
        (bundle,) = connection.execute("SELECT id FROM bundle").fetchone()
        worst = connection.execute(
            "UPDATE crop SET quality = -1, jpeg = x'ff' WHERE tracklet_id IN"
            " (SELECT id FROM tracklet WHERE track_id = ?)", [track]
        )  # fmt: skip
        assert worst.rowcount
        face = connection.execute(
            "INSERT INTO face (episode_id, frame, x, y, w, h, track_id, bundle_id, embedding)"
            " VALUES (1, 0, 0, 0, 9, 9, ?, ?, x'')", [track, bundle]
        ).lastrowid  # fmt: skip
        connection.execute("UPDATE character SET cover_id = ? WHERE name = ?", [face, name])
    with open_index(db) as index:
        assert index.exports.portraits()[name] == b"\xff"


@pytest.mark.parametrize("what", ["appearances", "segments"])
def test_other_formats_go_beside_their_episodes_too(show, what):
    db, season = show
    done = eyecatch.export(what, db=db, format="chapters", beside=True)
    assert done.files == (season / "Show S01E01.xml",)
    with pytest.raises(RequestError, match="exists already"):
        eyecatch.export(what, db=db, format="chapters", beside=True)
    with pytest.raises(RequestError, match="csv holds all episodes in one file"):
        eyecatch.export(what, db=db, beside=True)
    with pytest.raises(RequestError, match="--beside and --out say two places"):
        eyecatch.export(what, db=db, format="chapters", beside=True, out=season)
