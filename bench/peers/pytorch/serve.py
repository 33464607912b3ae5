"""Runs PyTorch on cases of the benchmark: python3 serve.py --threads 2

Speaks the JSON lines that bench/peers/child-session.ts describes; cases are named in its input.
"""

import argparse
import json
import resource
import statistics
import sys
import time

import torch

import openblas
from cases import prepare


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


def peak_resident_bytes():
    """As bench/peers/peak-resident.ts."""
    try:
        with open("/proc/self/status") as status:
            kibibytes = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(kibibytes) * 1024


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    parser = argparse.ArgumentParser(description="Run PyTorch on cases of the benchmark.")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    note = f"PyTorch {torch.__version__}"
    if torch.backends.mkldnn.is_available():
        note += ", oneDNN"
    choices = sorted({1, options.threads})
    if len(choices) > 1 and openblas.set_threads(options.threads):
        note += f", OpenBLAS threads {choices[0]} or {choices[1]}"
    else:
        choices = None
    prepared = None
    for line in sys.stdin:
        asked = json.loads(line)
        if "open" in asked:
            # The last case's memory goes before the next one's comes.
            prepared = None
            torch.manual_seed(0)
            prepared = prepare(asked["open"])
            if prepared is None:
                say({"skipped": f"cannot run {asked['open']}", "unknownCase": True})
            else:
                threads = torch.get_num_threads()
                say({"ready": {"threads": threads, "note": note}})
        elif "check" in asked:
            say({"check": prepared.check()})
        elif "peak" in asked:
            say({"peak": peak_resident_bytes()})
        elif choices:
            say({"times": better_round(prepared.step, choices, **asked)})
        else:
            say({"times": run_round(prepared.step, **asked)})


if __name__ == "__main__":
    main()
