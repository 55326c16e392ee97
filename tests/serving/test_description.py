"""Claims about the API's description: no request, allowed by it or not, makes the server fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from spobet.shipped import find_run

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytest.importorskip("python_multipart", reason="the extra serve is not installed")


@pytest.mark.parametrize("num", [10, pytest.param(100, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore::spobet.poses.preprocess.UnknownPictureSize")
def test_no_request_makes_the_server_fail(num: int, tmp_path: Path) -> None:
    from spobet.serving.app import create_app

    app = create_app(find_run("wlasl100-hands"), tmp_path / "enrolled.json", hosts=("*",))
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    quiet = settings(
        max_examples=num, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 12
    for operation in operations:
        takes_something = bool(list(operation.body))  # else nothing can be wrong with a request
        for mode in (
            schemathesis.GenerationMode
            if takes_something
            else (schemathesis.GenerationMode.POSITIVE,)
        ):

            @quiet
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                case.call_and_validate(checks=[schemathesis.checks.not_a_server_error])

            ask()
