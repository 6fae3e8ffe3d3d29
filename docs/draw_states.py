"""Draws the states of a registration: python docs/draw_states.py > docs/registration-states.md"""

from partnersync.domain.registration import LIVE, REGISTRATION_MOVES

HEAD = """# The states of a registration

Drawn from `REGISTRATION_MOVES` in `partnersync/domain/registration.py` by `docs/draw_states.py`; any state may
also become disputed. Live states, which protect, are marked.
"""


def page() -> str:
    """The page with its diagram."""
    moves = [f"    {start} --> {end}" for start, ends in REGISTRATION_MOVES.items() for end in sorted(ends)]
    live = [f"    class {state} live" for state in sorted(LIVE)]
    return "\n".join(
        [HEAD, "```mermaid", "stateDiagram-v2", "    classDef live font-weight:bold", *moves, *live, "```", ""]
    )


if __name__ == "__main__":
    print(page(), end="")
