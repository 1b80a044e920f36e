"""The answers that carry pages and static files: their headers, their sizes, and what is refused."""

import gzip
import re
from collections.abc import Iterator

import httpx
import pytest

from api.pages.static_files import StaticFiles


@pytest.fixture
def client(gallery: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gallery) as opened:
        yield opened


def test_a_page_in_the_language_of_its_reader(client: httpx.Client) -> None:
    page = client.get("/gallery", headers={"Accept-Language": "fr-BE"})
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Language"] == "fr"
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))
    assert '<html lang="fr">' in page.text
    assert "Aller au contenu" in page.text
    assert "set-cookie" not in page.headers


def test_a_language_that_is_asked_is_kept(client: httpx.Client) -> None:
    page = client.get("/gallery?page=2&lang=de")
    assert page.headers["Set-Cookie"].startswith("lang=de; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax")
    # the other languages of the same page keep all else that was asked
    assert re.findall(r'<a href="(\?page=2[^"]*)" lang="(..)"', page.text) == [
        (f"?page=2&amp;lang={code}", code) for code in ("nl", "fr", "de", "en")
    ]
    assert "Set-Cookie" not in client.get("/gallery?lang=es").headers


def test_a_page_may_load_only_from_here(client: httpx.Client) -> None:
    headers = client.get("/gallery").headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "geolocation=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/gallery", "/refreshing", "/message"])
def test_nothing_inline(client: httpx.Client, path: str) -> None:
    page = client.get(path).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]* src=)", page)
    # nor any address elsewhere, but the name of SVG itself
    assert set(re.findall(r"https?://[^\"' ]+", page)) <= {"http://www.w3.org/2000/svg"}


def test_a_personal_page_is_kept_nowhere_and_its_length_tells_nothing(client: httpx.Client) -> None:
    personal = client.get("/gallery?personal=yes", headers={"Accept-Encoding": "gzip"})
    assert personal.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in personal.headers
    other = client.get("/gallery", headers={"Accept-Encoding": "gzip"})
    assert (other.headers["Cache-Control"], other.headers["Content-Encoding"]) == ("no-cache", "gzip")
    assert client.get("/gallery", headers={"Accept-Encoding": "gzip;q=0"}).headers.get("Content-Encoding") is None


def test_text_is_never_markup(client: httpx.Client) -> None:
    page = client.get("/gallery?x=<script>").text
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert 'value="1 &#34;maart&#34;"' in page
    assert "There is &lt;nothing&gt; here." in client.get("/message").text
    assert "<script>" not in page


def test_a_static_file_is_kept_for_ever(client: httpx.Client) -> None:
    href = StaticFiles.load().href("single-permit.css")
    assert re.fullmatch(r"/static/single-permit\.[0-9a-f]{16}\.css", href)
    assert href in client.get("/gallery").text
    plain = client.get(href, headers={"Accept-Encoding": "identity"})
    packed = client.get(href, headers={"Accept-Encoding": "br, gzip"})
    assert plain.headers["Content-Type"] == "text/css; charset=utf-8"
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert (plain.headers["Vary"], packed.headers["Vary"]) == ("Accept-Encoding", "Accept-Encoding")
    # the same file in two forms, each with a tag of its own
    assert plain.content == packed.content
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    again = client.get(href, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(href).status_code == 200


def test_static_files_are_the_same_bytes_each_time() -> None:
    one, two = StaticFiles.load(), StaticFiles.load()
    assert {each.address: each.compressed for each in one.by_name.values()} == {
        each.address: each.compressed for each in two.by_name.values()
    }
    assert all(gzip.decompress(each.compressed) == each.content for each in one.by_name.values())


@pytest.mark.parametrize(
    "path",
    ["single-permit.css", "LICENSE", "", "../rendering.py", "..%2frendering.py", "%2e%2e/%2e%2e/http_app.py",
     "/etc/passwd", "vendor/htmx/LICENSE", "a\x00b"],
)  # fmt: skip
def test_only_the_addresses_that_are_there_lead_somewhere(client: httpx.Client, path: str) -> None:
    missing = client.get("/static/" + path.replace("\x00", "%00"))
    assert missing.status_code == 404
    assert "import" not in missing.text


def test_a_figure_as_a_file(client: httpx.Client) -> None:
    assert client.get("/gallery/ages.csv").text.splitlines()[1] == "0-9;120"
