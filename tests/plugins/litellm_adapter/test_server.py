"""The command line and the environment, without serving."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.litellm_adapter import server


def test_a_broken_configuration_ends_it_with_status_2_and_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("model_list: []\ngateway: {boundary: {default_class: publik}}\n")
    assert server.main(["--config", str(path)]) == 2
    assert f"{path}:2" in capsys.readouterr().err


def test_the_environment_names_the_file_and_keeps_litellm_off_the_network(tmp_path: Path) -> None:
    environ = {"LITELLM_LOG": "DEBUG"}
    server.set_environment(environ, tmp_path / "c.yaml", tmp_path)
    assert environ["CONFIG_FILE_PATH"] == environ["WORKER_CONFIG"] == environ[server.CONFIG_ENV]
    assert environ[server.STATE_ENV] == str(tmp_path.resolve())
    assert environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    assert environ["LITELLM_LOG"] == "DEBUG"


def test_workers_count_together_in_a_folder_that_a_start_empties(tmp_path: Path) -> None:
    for environ, state in ((dict[str, str](SIGNALBOX_STATE=str(tmp_path)), None), (dict[str, str](), tmp_path)):
        server.set_environment(environ, tmp_path / "c.yaml", state)
        assert environ[server.METRICS_ENV] == str(tmp_path / "run" / "metrics")
    folder = Path(environ[server.METRICS_ENV])
    server.fresh(folder)
    (folder / "counter_1.db").touch()
    server.fresh(folder)
    assert list(folder.iterdir()) == []
    bare: dict[str, str] = {}
    server.set_environment(bare, tmp_path / "c.yaml", None)
    assert server.METRICS_ENV not in bare
