"""Train the models of the event coder on the labelled articles and write `agents/grammar/weights.npz`.

    python tools/train.py [--gold DIR]

Everything is seeded: the same labels give the same file.
"""

import argparse
from pathlib import Path

from labelled import load_all
from layers import train
from samples import sample

from agents.grammar.model import write_models

WEIGHTS = Path(__file__).parents[1] / "agents" / "grammar" / "weights.npz"
GOLD = Path(__file__).parents[2] / "shared" / "gold"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD, help="folder with labels.jsonl and texts/, beside corpus/")
    args = parser.parse_args()
    models = train([sample(item) for item in load_all(args.gold)])
    WEIGHTS.write_bytes(write_models(models))
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
