"""Load on one address, by wrk: bounded in connections and seconds."""

import re
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    per_second: float
    median_ms: float
    p99_ms: float


UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def wrk(port: int, path: str, cookie: str, *, connections: int, seconds: int) -> Load:
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "20s", "-H", f"Cookie: {cookie}",
        f"http://127.0.0.1:{port}{path}",
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{path} : {said}")
    latency = {p: float(v) * UNITS[u] for p, v, u in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)\b", said)}
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert rate
    return Load(float(rate.group(1)), latency["50"], latency["99"])
