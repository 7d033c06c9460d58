"""The plots of the bench, as SVG."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
from peers import ROOT  # noqa: E402

FOLDER = ROOT / "bench" / "plots"
# Texts stay texts, and the same figures give the same file.
plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "realvirtual-ws", "font.size": 9})


def _save(figure, name):
    FOLDER.mkdir(exist_ok=True)
    figure.tight_layout()
    figure.savefig(FOLDER / name, metadata={"Date": None})
    plt.close(figure)


def latency(by_peer, ours):
    """Share of round trips that took at most so long, for each peer."""
    figure, axes = plt.subplots(figsize=(7, 4))
    shares = [n / 200 for n in range(200)] + [0.999, 1]
    for name, quantiles in sorted(by_peer.items(), key=lambda item: item[1][100]):
        axes.plot(quantiles, shares, label=name, linewidth=2.5 if name == ours else 1)
    axes.set(xscale="log", xlabel="round trip, µs", ylabel="share of round trips", ylim=(0, 1))
    axes.grid(True, which="both", linewidth=0.3)
    axes.legend(fontsize=8)
    _save(figure, "latency.svg")


def growth(curves):
    """Microseconds that the server takes for a frame."""
    titles = {"signals": "signals (10 change)", "changed": "changing signals (of 10,000)", "clients": "clients"}
    figure, all_axes = plt.subplots(1, len(curves), figsize=(9, 3))
    for axes, (name, points) in zip(all_axes, curves.items()):
        axes.plot(*zip(*points), marker="o")
        axes.set(xscale="log", yscale="log", xlabel=titles[name], ylabel="server, µs a frame")
        axes.grid(True, which="both", linewidth=0.3)
    _save(figure, "growth.svg")
