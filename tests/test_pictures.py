"""The pictures of the documentation are those that a script makes, and small."""

import runpy
from pathlib import Path


def test_the_pictures_of_the_documentation_are_those_of_the_script() -> None:
    """Each that `scripts/pictures` makes, none else, none over 300 KB; the README shows one of them."""
    checkout = Path(__file__).parent.parent
    script = runpy.run_path(str(checkout / "scripts" / "pictures"))
    pictures = {path.name: path.stat().st_size for path in (checkout / "docs" / "pictures").iterdir()}
    assert set(pictures) == {f"{name}.png" for name in script["SHOTS"]}
    assert max(pictures.values()) <= script["LARGEST"] == 300_000
    assert "](docs/pictures/report.png)" in (checkout / "README.md").read_text(encoding="utf-8")
