"""Runs PyTorch on one case of the benchmark: python3 serve.py lenet5/train/b64 --threads 2

Speaks the JSON lines that bench/peers/child-session.ts describes.
"""

import argparse
import json
import statistics
import sys
import time

import torch

import openblas
from cases import step_of


def run_round(step, seconds, settle):
    """Milliseconds of each step, as runRound of bench/session.ts measures them."""
    for _ in range(settle):
        step()
    times = []
    elapsed = 0.0
    while not times or elapsed < seconds:
        before = time.perf_counter()
        step()
        taken = time.perf_counter() - before
        times.append(taken * 1e3)
        elapsed += taken
    return times


def choose_openblas_threads(step, threads):
    """Keeps the number of OpenBLAS threads that is faster for `step`; a note on it, or nothing."""
    choices = sorted({1, threads})
    if len(choices) == 1 or not openblas.set_threads(threads):
        return ""
    times = {count: [] for count in choices}
    for _ in range(3):
        for count in choices:
            openblas.set_threads(count)
            times[count] += run_round(step, seconds=0.25, settle=3)
    fastest = min(choices, key=lambda count: statistics.median(times[count]))
    openblas.set_threads(fastest)
    return f", OpenBLAS threads {fastest}"


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    parser = argparse.ArgumentParser(description="Run PyTorch on one case of the benchmark.")
    parser.add_argument("case")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    step = step_of(options.case)
    if step is None:
        say({"skipped": f"cannot run {options.case}"})
        return
    note = f"PyTorch {torch.__version__}"
    if torch.backends.mkldnn.is_available():
        note += ", oneDNN"
    note += choose_openblas_threads(step, options.threads)
    say({"ready": {"threads": torch.get_num_threads(), "note": note}})
    for line in sys.stdin:
        say({"times": run_round(step, **json.loads(line))})


if __name__ == "__main__":
    main()
