"""What a hand-over says to its reader: VERIFY.en.txt and VERIFIER.fr.txt, with the same commands in both."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from optout.evidence import ordinary_file
from optout.evidence.chain import Run
from optout.evidence.handover_ledger import stamped

_REASONS = {
    "identity": "account.json and pictures of whole pages were withheld: they may show whose account it is.",
    "pictures": "All pictures were withheld.",
    "pruned": "Old pictures were removed after the time for which they are kept, as a sealed run declares.",
}
_PACKED = """\
sha256sum @NAME@.zip
"""
_WHOLE = """\
unzip -q @NAME@.zip; cd @NAME@
sha256sum -c --quiet --strict tagmanifest-sha256.txt manifest-sha256.txt
find data ! -type d | LC_ALL=C sort > ../have
cut -c67- manifest-sha256.txt | LC_ALL=C sort | diff - ../have
"""
_CHAIN = """\
cd data/runs; [ "$(ls | cut -c1-6)" = "$(seq -f %06g @RUNS@)" ] || echo GAP
for d in *; do (cd $d; sha256sum -c --quiet --strict --ignore-missing SHA256SUMS) || echo "BROKEN $d"; done
for d in *; do cut -c67- $d/SHA256SUMS | while read -r f; do [ -e $d/$f ] || echo $d/$f; done; done |
  diff - ../missing.txt
for d in *; do (cd $d; find . ! -type d ! -path './SHA256SUMS*' | cut -c3- | while read -r f; do
  cut -c67- SHA256SUMS | grep -qxF "$f" || echo "EXTRA $d/$f"; done); done
p=; for d in *; do if [ -z "$p" ]; then grep '  \\.\\./' $d/SHA256SUMS; else for f in $p/SHA256SUMS*; do
  cut -c67- $d/SHA256SUMS | grep -qxF "../$f" || echo "LINK $d"; done; fi; p=$d; done
"""
_SIGNED = """\
cut -d' ' -f3- ../keys/allowed_signers | ssh-keygen -lf -
for s in */SHA256SUMS.sshsig; do ssh-keygen -Y verify -f ../keys/allowed_signers -I owner \\
  -n optout-evidence -s $s < ${s%.sshsig}; done
"""
_STAMPED = """\
v() { openssl ts -reply -in $1 -text 2> /dev/null | grep '^Time stamp'; openssl ts -verify \\
  -data ${1%/*}/SHA256SUMS -in $1 -CAfile ../../../ROOT.pem -attime $2; }
"""
_HEAD = """\
sha256sum @LAST@/SHA256SUMS
grep -l TOLD_HEAD */SHA256SUMS
"""
_ALL_AT_ONCE = """\
cd ../..; sh verify.sh --head TOLD_HEAD --key TOLD_FINGERPRINT --tsa-root ../ROOT.pem
"""

_EN: Mapping[str, str] = {
    "title": "How to check this evidence, without the program that made it",
    "about": """\
@RUNS@ runs, from @FIRST@ to @LAST@. Head: @HEAD@.
Only the folders under data/runs are sealed. The report, the table and handover.json are there to
be read; what counts is what the runs say. The commands want a shell with GNU tools. Type them in
this order, in the folder where the ZIP lies.""",
    "packed": "Compare with the value received by another channel.",
    "whole": "No output: nothing altered or added.",
    "chain": """\
No output: no run missing, each continues the one before; absent files are declared.
Absent files: @ABSENT@, named in data/missing.txt.""",
    "signed": 'Fingerprint as told beforehand; "Good signature", @SIGNED@ times.',
    "unsigned": "No run is signed.",
    "stamped": """\
ROOT.pem, beside the ZIP, from the authority's own site. "OK" for each, and a time close to the one
in the folder's name.""",
    "unstamped": "No run has a trusted time stamp.",
    "head": """\
The told head is the first value, or a run is listed. In place of TOLD_HEAD put what you were told.""",
    "at_once": """\
verify.sh makes the same checks and more, in the unpacked folder; leave out what you were not
told. Exit code 0: all holds, 6: something fails, 4: something could not be checked. It comes with
what it checks: read it first, or take it from the project. Whether each verdict follows from what
was read, only the program's own audit checks.""",
    "limits": """\
Without a head that was told at the time nobody can tell whether the newest runs were cut off, or
whether there is a second history. A picture that was faked before it was sealed is not found.""",
}
_FR: Mapping[str, str] = {
    "title": "Comment vérifier ces éléments de preuve sans le programme qui les a produits",
    "about": """\
@RUNS@ passages, de @FIRST@ à @LAST@. Tête\u00a0: @HEAD@.
Seuls les dossiers placés sous data/runs sont scellés. Le rapport, le tableau et handover.json
servent à la lecture\u00a0; seul compte ce que disent les passages. Les commandes supposent un shell et
les outils GNU. Saisissez-les dans cet ordre, depuis le dossier où se trouve le ZIP.""",
    "packed": "Comparez avec la valeur reçue par un autre canal.",
    "whole": "Aucun affichage\u00a0: rien de modifié ni d'ajouté.",
    "chain": """\
Aucun affichage\u00a0: aucun passage ne manque, chacun prolonge le précédent\u00a0; les fichiers absents sont
déclarés. Fichiers absents\u00a0: @ABSENT@, nommés dans data/missing.txt.""",
    "signed": "Empreinte déjà communiquée\u00a0; «\u00a0Good signature\u00a0», @SIGNED@ fois.",
    "unsigned": "Aucun passage n'est signé.",
    "stamped": """\
ROOT.pem, à côté du ZIP, provient du site de l'autorité elle-même. «\u00a0OK\u00a0» pour chacun, et une
heure proche de celle du nom du dossier.""",
    "unstamped": "Aucun passage ne porte d'horodatage de confiance.",
    "head": """\
La tête communiquée est la première valeur, ou un passage s'affiche. Remplacez TOLD_HEAD par la
valeur qui vous a été communiquée.""",
    "at_once": """\
verify.sh fait les mêmes vérifications, et d'autres, dans le dossier décompressé\u00a0; omettez ce qui ne
vous a pas été communiqué. Code de sortie 0\u00a0: tout est en ordre, 6\u00a0: une vérification
échoue, 4\u00a0: une vérification n'a pas pu être faite. Ce fichier arrive avec ce qu'il vérifie\u00a0:
lisez-le d'abord, ou prenez celui du projet. Seul l'audit du programme vérifie que chaque constat
découle de ce qui a été lu.""",
    "limits": """\
Sans une tête communiquée à l'époque, nul ne peut dire si les derniers passages ont été retirés ni
s'il existe un autre historique. Une image falsifiée avant d'être scellée n'est pas détectée.""",
}


def instructions(data: Path, every: Sequence[Run], name: str) -> dict[str, str]:
    """Given what is packed, its runs, oldest first, and its name, return the instructions by file name."""
    tokens = [path for run in every for path in sorted((data / "runs" / run.name).glob("SHA256SUMS.*.tsr"))]
    calls = "".join(_call(path) for path in tokens)
    signed = sum((data / "runs" / run.name / "SHA256SUMS.sshsig").exists() for run in every)
    absent = len(ordinary_file.read(data / "missing.txt").splitlines())
    numbers = {
        "@NAME@": name,
        "@RUNS@": str(len(every)),
        "@FIRST@": every[0].name,
        "@LAST@": every[-1].name,
        "@HEAD@": ordinary_file.sha256(every[-1].path / "SHA256SUMS"),
        "@SIGNED@": str(signed),
        "@ABSENT@": str(absent),
    }
    steps = [
        (_PACKED, "packed"),
        (_WHOLE, "whole"),
        (_CHAIN, "chain"),
        (_SIGNED, "signed") if signed else ("", "unsigned"),
        (_STAMPED + calls, "stamped") if calls else ("", "unstamped"),
        (_HEAD, "head"),
        (_ALL_AT_ONCE, "at_once"),
    ]
    return {
        "VERIFY.en.txt": _text(_EN, steps, numbers),
        "VERIFIER.fr.txt": _text(_FR, steps, numbers),
    }


def withheld_because(withhold: Sequence[str], *, pruned: bool) -> dict[str, str]:
    """Given what is withheld, return why something is absent, by kind."""
    kinds = (*withhold, *(["pruned"] if pruned else []))
    return {kind: reason for kind, reason in _REASONS.items() if kind in kinds}


def _text(words: Mapping[str, str], steps: Sequence[tuple[str, str]], numbers: Mapping[str, str]) -> str:
    parts = [words["title"], words["about"]]
    for number, (commands, said) in enumerate(steps, 1):
        block = "".join(f"    {line}\n" for line in commands.splitlines())
        parts.append(f"{number}. {words[said]}" + (f"\n\n{block.rstrip()}" if block else ""))
    text = "\n\n".join([*parts, words["limits"]]) + "\n"
    for sign, value in numbers.items():
        text = text.replace(sign, value)
    return text


def _call(token: Path) -> str:
    """Return the command that checks one token; openssl judges its certificate as of the time given there."""
    told = stamped(ordinary_file.read(token))
    moment = datetime.strptime(told, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) if told else None
    at = int(moment.timestamp()) if moment else 0
    return f"v {token.parent.name}/{token.name} {at}  # {told or '?'}\n"
