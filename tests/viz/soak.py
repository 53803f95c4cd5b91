"""A soak of the live view: many browsers' sessions at once, for minutes; memory must level off.

Not a test that runs with the others: ``python tests/viz/soak.py --sessions 20 --minutes 5``.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from time import monotonic, sleep

sys.path.insert(0, str(Path(__file__).parents[2]))

from model.policy import HISTORY
from viz.live_session import FASTEST, LAST_MONTH, LiveSession

LEVELS_OFF = 1.10
"""The second half of the time may take at most so much of the memory of the first."""


def main() -> int:
    """Let sessions play, begin again, and be closed and replaced; say what memory they took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sessions", type=int, default=20)
    asked.add_argument("--minutes", type=float, default=5.0)
    asked.add_argument("--futures", type=int, default=50)
    options = asked.parse_args()
    sessions = [_playing(options.futures) for _ in range(options.sessions)]
    began, seen, months = monotonic(), [], 0
    while (gone := (monotonic() - began) / 60.0) < options.minutes:
        sleep(5.0)
        for place, session in enumerate(sessions):
            if session.fault and "ends in" not in session.fault:
                print(f"session {place} was lost: {session.fault}")
                return 1
            if not session.playing or session.date >= LAST_MONTH:
                months += len(session.live.dates) if session.live else 0
                session.close()
                sessions[place] = _playing(options.futures)
        gc.collect()
        seen.append(_resident_mb())
        print(f"{gone:5.1f} min {seen[-1]:8.0f} MB", flush=True)
    months += sum(len(session.live.dates) for session in sessions if session.live)
    for session in sessions:
        session.close()
    half = len(seen) // 2
    early, late = max(seen[:half], default=0.0), max(seen[half:], default=0.0)
    print(f"{months:,} months lived; at most {early:.0f} MB, then {late:.0f} MB")
    return int(late > LEVELS_OFF * early)


def _playing(futures: int) -> LiveSession:
    session = LiveSession()
    session.speed = FASTEST
    session.begin(HISTORY, futures, 1)
    session.wait()
    session.play()
    return session


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return float(line.split()[1]) / 1024.0
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
