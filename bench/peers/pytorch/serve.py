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


def better_round(step, choices, seconds, settle):
    """The round of the faster number of OpenBLAS threads, each tried for its share of the time."""
    rounds = []
    for count in choices:
        openblas.set_threads(count)
        rounds.append(run_round(step, seconds / len(choices), settle))
    return min(rounds, key=statistics.median)


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
    choices = sorted({1, options.threads})
    if len(choices) > 1 and openblas.set_threads(options.threads):
        note += f", OpenBLAS threads {choices[0]} or {choices[1]}"
    else:
        choices = None
    say({"ready": {"threads": torch.get_num_threads(), "note": note}})
    for line in sys.stdin:
        asked = json.loads(line)
        say({"times": better_round(step, choices, **asked) if choices else run_round(step, **asked)})


if __name__ == "__main__":
    main()
