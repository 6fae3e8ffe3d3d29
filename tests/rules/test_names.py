"""Which names of companies are alike, and that alike ones are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.rules.names import are_alike, blocks, near_blocks, plain


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param('ООО "Ромашка"', "ромашка", id="legal form and quotes"),
        pytest.param("Общество с ограниченной ответственностью «Ромашка»", "ромашка", id="the form in full"),
        pytest.param("Зелёный Дом, АО", "зеленыйдом", id="ё, spaces and a form behind"),
        pytest.param("CУ-155", plain("СУ-155"), id="a Latin C in a Russian name"),
        pytest.param("Acme Ltd.", plain("ACME"), id="an English form"),
        pytest.param("ООО", "", id="nothing but the form"),
    ],
)
def test_what_of_a_name_is_compared(name: str, expected: str) -> None:
    assert plain(name) == expected


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param("Ромашка", "ООО Ромашка", True, id="the same"),
        pytest.param("Ромашка", "Ромшка", True, id="a letter is missing"),
        pytest.param("Стройинвест", "Стройинвест-М", True, id="a letter more"),
        pytest.param("Ромашка", "Рюмашки", False, id="two letters differ in seven"),
        pytest.param("абвгдежзик", "абвгдежзил", True, id="0.9: one letter of ten differs"),
        pytest.param("абвгдежзи", "абвгдежзк", False, id="less: one of nine"),
        pytest.param("Школа 12", "Школа 15", False, id="other numbers are other names"),
        pytest.param("Торговый дом 1", "Торговый дом", False, id="a number or none"),
        pytest.param("ООО", "АО", False, id="no names at all"),
    ],
)
def test_which_names_are_alike(one: str, other: str, alike: bool) -> None:
    assert are_alike(plain(one), plain(other)) is alike
    if alike:
        assert set(blocks(plain(one))) & set(near_blocks(plain(other)))
        assert set(blocks(plain(other))) & set(near_blocks(plain(one)))


@pytest.mark.parametrize(
    ("name", "own", "lengths"),
    [
        pytest.param("", (), (), id="no name"),
        pytest.param("аб", ("name:2::аб", "name:2:::аб"), (1, 2, 3), id="a short one"),
        pytest.param("абвгдеж", ("name:7::абв", "name:7:::деж"), (6, 7, 8), id="seven letters: by three"),
        pytest.param("абвгдежз", ("name:8::абвг", "name:8:::дежз"), (7, 8, 9), id="eight: by four"),
        pytest.param("абвгдежзи1", ("name:10:1:абвг", "name:10:1::жзи1"), (8, 9, 10, 11, 12), id="two letters at ten"),
        pytest.param("а1б2вгдеж", ("name:9:12:а1б2", "name:9:12::гдеж"), (7, 8, 9, 10, 11), id="its numbers"),
    ],
)
def test_keys_of_a_name(name: str, own: tuple[str, ...], lengths: tuple[int, ...]) -> None:
    assert blocks(name) == own
    asked = near_blocks(name)
    assert tuple(dict.fromkeys(int(key.split(":")[1]) for key in asked)) == lengths
    assert set(own) <= set(asked)


@given(st.text("абвгд", min_size=5, max_size=40), st.integers(0, 39), st.sampled_from("абвгдеж"))
def test_a_name_with_one_slip_is_found(name: str, place: int, letter: str) -> None:
    place %= len(name)
    for other in (name[:place] + name[place + 1 :], name[:place] + letter + name[place:]):
        if are_alike(name, other):
            assert set(blocks(name)) & set(near_blocks(other)), (name, other)
    changed = name[:place] + letter + name[place + 1 :]
    if are_alike(name, changed):
        assert set(blocks(name)) & set(near_blocks(changed)), (name, changed)
