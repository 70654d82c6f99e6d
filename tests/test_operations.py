import pytest

from agents.grammar.operations import find_operations


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("In Operation Bluebird, police", "Operation Bluebird"),
        ("phase of Operation 404 began", "Operation 404"),
        ("Operation Silver Fox 2.0 ended", "Operation Silver Fox 2.0"),
        ("Operation Night of the Owl ended", "Operation Night of the Owl"),
        ("Operation Bluebird's second phase", "Operation Bluebird"),
        ("“Operación Halcón” in Spain", "Operación Halcón"),
    ],
)
def test_a_named_operation_is_found(text: str, name: str):
    assert [mention.value.canonical for mention in find_operations(text)] == [name]


@pytest.mark.parametrize("text", ["Operation Center", "the operation began", "CoOperation X", "Operation of sites"])
def test_other_operations_have_no_name(text: str):
    assert find_operations(text) == []
