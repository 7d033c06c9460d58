"""What a process uses, from /proc, and whether it grows: least squares over the samples of a run."""

import os
from pathlib import Path

# Growth over the window that is looked at: the slope by least squares times the window's length. Memory wavers by some
# hundred KiB with what happens to be connected; of descriptors those that belong to no client are looked at, and they
# waver by what is just coming or going.
LIMITS = {"rss": 1 << 20, "spare": 1.5, "threads": 0.5}
# In a window shorter than this, in seconds, memory is still on its way to its size, and one that comes or goes counts
# for much: such a run sees only what grows quickly, and what is left at its end.
SHORT = 600
SHORT_LIMITS = {"rss": 4 << 20, "spare": 4, "threads": 0.5}
# Left out at the beginning: buffers and allocators grow to the size that they then keep.
WARM_UP = 0.25


def usage():
    """Of this process: resident bytes, open descriptors, threads."""
    process = Path("/proc/self")
    return {
        "rss": int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"),
        # One of them is the listing's own.
        "descriptors": len(os.listdir(process / "fd")) - 1,
        "threads": len(os.listdir(process / "task")),
    }


def slope(points):
    """The slope of the straight line through (x, y) by least squares."""
    count = len(points)
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def growth(samples):
    """Of samples with the key `at` in seconds: the seconds from the warm-up's end to the last one, each figure's growth
    in them by slope, and which figures have grown too much."""
    first, last = samples[0]["at"], samples[-1]["at"]
    steady = [sample for sample in samples if sample["at"] >= first + WARM_UP * (last - first)]
    window = last - steady[0]["at"]
    found = {key: window * slope([(s["at"], s[key]) for s in steady]) for key in LIMITS}
    limits = SHORT_LIMITS if window < SHORT else LIMITS
    return window, found, [key for key, limit in limits.items() if found[key] > limit]


def check():
    """That what grows is found and what wavers is not."""

    def samples(rss, seconds=7200):
        steady = {"spare": 6, "threads": 2}
        return [{"at": at, "rss": rss(at) + 300_000 * (at % 7 - 3), **steady} for at in range(0, seconds, 10)]

    cases = {
        "a figure that wavers has not grown": (samples(lambda at: 30 << 20), []),
        "a kilobyte a second is found": (samples(lambda at: (30 << 20) + 1024 * at), ["rss"]),
        "what grows at the beginning alone is left out": (samples(lambda at: (30 << 20) + 20_000 * min(at, 600)), []),
        "a short run may grow by more": (samples(lambda at: (30 << 20) + 10_000 * at, 200), []),
    }
    failed = [name for name, (found, expected) in cases.items() if growth(found)[2] != expected]
    for name in failed:
        print(f"FAILED: {name}")
    print(f"slopes: {len(cases) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(check())
