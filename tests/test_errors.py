"""The error tree."""

import inspect

import pytest

from pipeline import errors
from pipeline.errors import InputError, PaytermsError

ALL = [error for _, error in inspect.getmembers(errors, inspect.isclass) if issubclass(error, Exception)]
INPUT = [error for error in ALL if issubclass(error, InputError)]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_every_error_is_in_the_tree_and_drawn_there(error: type[Exception]) -> None:
    assert issubclass(error, PaytermsError)
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("error", INPUT, ids=lambda error: error.__name__)
def test_every_input_error_has_a_code_of_its_own(error: type[InputError]) -> None:
    assert [other for other in INPUT if other.code == error.code] == [error]
    assert error is InputError or error.code in (errors.__doc__ or "")
