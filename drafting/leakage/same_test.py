"""Results of the same test as the target, by their headings: all arrive with the target, so late."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from drafting.columns import DetectedColumn
from drafting.findings import Suspicion
from drafting.headings import Heading
from reporting.wording import WordedText

# Results that one test, or one meter, gives together; the words of its target may be shorter than those of the others.
_TESTS = {
    WordedText("tensile test"): (
        r"tensile|\buts\b|\bts\b|yield (strength|stress|point)|\bys\b|proof (stress|strength)|\br[pm] ?\d*[.,]?\d*\b|"
        r"elongation|\ba ?(5|50|80)\b|reduction (of|in) area|zugfestigkeit|streckgrenze|dehngrenze|bruchdehnung|"
        r"brucheinschnürung|traction|limite d.élasticité|allongement|抗拉|屈服|延伸率|伸长率|断面收缩率",
        r"\byield\b",
    ),
    WordedText("hardness test"): (r"hardness|\bh(b|v|rc|rb|bw)\b|härte|dureté|dureza|硬度", None),
    WordedText("impact test"): (r"charpy|impact (energy|toughness|strength)|\bkv2?\b|kerbschlag|résilience|冲击", None),
    WordedText("particle size analysis"): (r"\b[dp] ?(10|20|25|50|75|80|90|97|98)\b|粒度|korngröße|granulom", None),
    WordedText("electricity meter"): (
        r"kvarh|\bkvah\b|reactive|power factor|\bcos ?(phi|φ)|\bco2\b|co₂|blindleistung|blindarbeit|leistungsfaktor|"
        r"无功|功率因数|碳排放",
        r"\bkwh\b|\bmwh\b|electricity|energy|stromverbrauch|用电|电量|能耗",
    ),
}
_CONTENT = {"%", "wt%", "mol%", "vol%", "ppm", "ppb", "g/t", "g/kg", "mg/kg", "g/L", "mg/L", "µg/L", "1"}
_SYMBOLS = set(
    "H He Li Be B C N O F Na Mg Al Si P S Cl K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Rb Sr Y Zr Nb Mo Ru Rh "
    "Pd Ag Cd In Sn Sb Te I Cs Ba La Ce Nd Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Th U "
    "Al2O3 SiO2 Fe2O3 FeO CaO MgO Na2O K2O TiO2 MnO P2O5 SO3 ZnO PbO Cr2O3 V2O5 CaF2 AlF3".split()
)
_NAMES = set(
    "iron silica silicon copper zinc lead aluminium aluminum alumina magnesium manganese nickel cobalt chromium "
    "titanium cadmium arsenic antimony bismuth tin silver gold sulphur sulfur carbon phosphorus calcium lime magnesia "
    "sodium potassium lithium vanadium gallium indium germanium selenium tellurium mercury chloride fluoride "
    "eisen kupfer zink blei silizium schwefel kohlenstoff zinn silber fer cuivre plomb soufre "
    "铁 硅 铜 锌 铅 铝 镁 锰 镍 钴 铬 钛 镉 砷 锑 铋 锡 银 金 硫 碳 磷 钙 钠 钾 锂".split()
)


def same_test(target: DetectedColumn, columns: Sequence[DetectedColumn]) -> list[Suspicion]:
    """Columns that hold results of the same test as the target.

    They are results of one test by their headings (tensile strength and elongation next to yield strength), or contents
    of other elements in the same sample (`% Iron Concentrate` next to `% Silica Concentrate`).

    Parameters
    ----------
    target : DetectedColumn
        What is to be predicted.
    columns : sequence of DetectedColumn
        Columns that may be inputs.
    """
    findings = []
    for column in columns:
        test = _test_of_both(target.heading, column.heading)
        if test is not None:
            evidence = WordedText(
                "by its heading a result of the %(test)s that gives %(target)s", test=test, target=target.text
            )
            done = WordedText("has role late; if it is known before the target, confirm it by --input")
            findings.append(Suspicion("known late", column.text, evidence, done))
    return findings


def _test_of_both(target: Heading, other: Heading) -> str | None:
    """The test that gives both of two headings; None where none is known."""
    first, second = _plain(target.text), _plain(other.text)
    for test, (results, short) in _TESTS.items():
        names_target = re.search(results, first) or (short and re.search(short, first))
        if names_target and re.search(results, second):
            return test
        # "Yield" alone is the strength where a tensile strength is the target, and not where it is a share.
        if short and re.search(results, first) and re.search(short, second) and other.unit != "%":
            return test
    return WordedText("assay") if _is_one_assay(target, other) else None


def _plain(text: str) -> str:
    return re.sub(r"[_\s]+", " ", text).casefold()


def _is_one_assay(target: Heading, other: Heading) -> bool:
    """Return whether two headings differ in nothing but the element whose content they are."""
    first, second = _sample(target), _sample(other)
    if first is None or second is None or target.unit != other.unit:
        return False
    return first[0] != second[0] and first[1] == second[1]


def _sample(heading: Heading) -> tuple[str, Counter[str]] | None:
    """The element of a content, and the other words of its heading; None where it names not just one."""
    if heading.unit not in (*_CONTENT, None):
        return None
    text = heading.text if heading.said is None else heading.text.replace(heading.said, " ")
    words = re.findall(r"[^\W_]+|[₀-₉]", text)
    elements = [word for word in words if _is_element(word, heading.unit is not None)]
    if len(elements) != 1:
        return None
    return elements[0].casefold(), Counter(word.casefold() for word in words if word != elements[0])


def _is_element(word: str, is_content: bool) -> bool:
    """Return whether a word is an element; one or two letters only if the unit is that of a content."""
    if word.casefold() in _NAMES:
        return True
    return word in _SYMBOLS and (is_content or len(word) > 2)
