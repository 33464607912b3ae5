"""Measures PyTorch on the workloads of the benchmark, by the same protocol as every other engine.

    python3 pytorch.py lenet5|matmul --threads 2 [--flops N] [--seconds S] --json

Prints one line of JSON: {"rows": [{"workload", "engine", "threads", "medianMs", "p10Ms", "p90Ms",
"gflops", "note"}]}. `--flops` is the number of floating point operations of one lenet5 step, counted
once for all engines; a matrix product of size n counts 2 n^3.
"""

import argparse
import json
import sys
import time

import torch

WARM_UP = 30
STEPS = 200
MATMUL_SIZES = (512, 1024, 2048)


class LeNet5(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = torch.nn.Conv2d(6, 16, 5)
        self.fc1 = torch.nn.Linear(400, 120)
        self.fc2 = torch.nn.Linear(120, 84)
        self.fc3 = torch.nn.Linear(84, 10)

    def forward(self, x):
        x = torch.nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.nn.functional.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.relu(self.fc1(x.flatten(1)))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


def percentile(ordered, share):
    """Linear interpolation between the two nearest values, as in bench/statistics.ts."""
    position = (len(ordered) - 1) * share
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def measure(step, warm_up, steps, seconds):
    """Times of at least `steps` steps, and of more until `seconds` have passed."""
    for _ in range(warm_up):
        step()
    times = []
    start = time.perf_counter()
    while len(times) < steps or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        step()
        times.append((time.perf_counter() - before) * 1e3)
    return sorted(times)


def row_of(workload, times, flops):
    median = percentile(times, 0.5)
    return {
        "workload": workload,
        "engine": "pytorch",
        "threads": torch.get_num_threads(),
        "medianMs": median,
        "p10Ms": percentile(times, 0.1),
        "p90Ms": percentile(times, 0.9),
        "gflops": flops / median / 1e6 if flops else None,
        "note": f"PyTorch {torch.__version__}, {len(times)} steps",
    }


def lenet5(flops, seconds):
    torch.manual_seed(0)
    model = LeNet5()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    images = torch.randn(64, 1, 28, 28)
    labels = torch.randint(0, 10, (64,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        # The other engines hand the loss over after every step too.
        return loss.item()

    return [row_of("lenet5/train/b64", measure(step, WARM_UP, STEPS, seconds), flops)]


def matmul(_flops, seconds):
    rows = []
    for size in MATMUL_SIZES:
        torch.manual_seed(0)
        a, b = torch.randn(size, size), torch.randn(size, size)
        out = torch.empty(size, size)
        steps = max(10, STEPS * 512 // size // 4)
        times = measure(lambda: torch.matmul(a, b, out=out), 3, steps, seconds / len(MATMUL_SIZES))
        rows.append(row_of(f"matmul/{size}", times, 2 * size**3))
    return rows


WORKLOADS = {"lenet5": lenet5, "matmul": matmul}


def main():
    parser = argparse.ArgumentParser(description="Measure PyTorch on a workload of the benchmark.")
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--flops", type=float, default=0, help="operations of one lenet5 step")
    parser.add_argument("--seconds", type=float, default=0, help="measure at least this long")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rows = WORKLOADS[options.workload](options.flops, options.seconds)
    if options.json:
        json.dump({"rows": rows}, sys.stdout)
        print()
        return
    for row in rows:
        print(f"{row['workload']:<20} {row['medianMs']:9.3f} ms  {row['note']}")


if __name__ == "__main__":
    main()
