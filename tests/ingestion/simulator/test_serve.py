"""The child process: how it starts, refuses, and ends."""

import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
import requests

from ingestion.simulator.serve import Simulator, SimulatorError, start

ROOT = Path(__file__).resolve().parents[3]


def test_start_gives_the_urls_that_the_settings_need(simulator: Simulator) -> None:
    assert set(simulator.urls) == {
        "login_url",
        "graph_url",
        "connectwise_url",
        "pax8_url",
        "pax8_token_url",
        "storage_url",
        "report_host",
        "ca_bundle",
    }
    assert simulator.urls["login_url"].count("/") == 2
    assert simulator.urls["connectwise_url"].endswith("/v4_6_release/apis/3.0")
    assert Path(simulator.urls["ca_bundle"]).read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_certificate_covers_localhost_too(simulator: Simulator, http: requests.Session) -> None:
    url = simulator.urls["graph_url"].replace("127.0.0.1", "localhost")
    assert http.get(f"{url}/v1.0/organization").status_code == 401


def test_start_of_an_unknown_world_tells_the_log(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match="no_such_module"):
        start(tmp_path, world="no_such_module:generate")


def test_stop_ends_the_process(tmp_path: Path) -> None:
    simulator = start(tmp_path, world="tests.ingestion.simulator.tiny:generate")
    simulator.stop()
    assert simulator.process.returncode == 0
    simulator.stop()


def test_simulator_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = f"""
        from pathlib import Path
        from ingestion.simulator.serve import start
        simulator = start(Path({str(tmp_path)!r}), world="tests.ingestion.simulator.tiny:generate")
        print(simulator.pid, flush=True)
        input()
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None and parent.stdin is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    parent.stdin.close()
    parent.stdout.close()


def test_control_without_its_token_is_refused(simulator: Simulator, http: requests.Session) -> None:
    answer = http.post(f"{simulator.urls['graph_url']}/_control/log", headers={"X-Control-Token": "guess"})
    assert answer.status_code == 403


def test_control_is_not_in_the_log(simulator: Simulator) -> None:
    simulator.faults()
    assert simulator.log() == []


def test_unknown_fault_names_the_known_ones(simulator: Simulator) -> None:
    with pytest.raises(SimulatorError, match="throttle"):
        simulator.fault("earthquake")


def test_fault_with_an_unknown_parameter_names_its_own(simulator: Simulator) -> None:
    with pytest.raises(SimulatorError, match="milliseconds"):
        simulator.fault("slow", minutes=1)


def test_clock_beyond_a_bad_date_stays(simulator: Simulator, http: requests.Session) -> None:
    answer = http.post(
        f"{simulator.urls['login_url']}/_control/clock",
        headers={"X-Control-Token": simulator.control_token},
        json={"day": "someday"},
    )
    assert answer.status_code == 400
    assert "someday" in answer.json()["error"]
