"""PHP's bracket keys: `filter[updated_at][from]=1` as nested dicts."""

import re
from typing import Any

from partnersync.sandbox.messages import Pairs

Tree = dict[str, Any]  # of texts and trees


def tree(pairs: Pairs) -> Tree:
    """The parameters as PHP sees them; an empty bracket takes the next number."""
    root: Tree = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        keys = [head, *re.findall(r"\[([^\]]*)\]", f"[{rest}" if rest else "")]
        node = root
        for key in keys[:-1]:
            below = node.setdefault(key or _next(node), {})
            if not isinstance(below, dict):
                break
            node = below
        else:
            node[keys[-1] or _next(node)] = value
    return root


def _next(node: Tree) -> str:
    return str(1 + max((int(key) for key in node if key.isdigit()), default=-1))


def branch(node: Tree, name: str) -> Tree:
    """A parameter that has to be a tree; anything else counts as missing."""
    below = node.get(name)
    return below if isinstance(below, dict) else {}


def many(node: Any, *, commas: bool = False) -> list[str]:
    """One text or several."""
    texts = [one for one in node.values() if isinstance(one, str)] if isinstance(node, dict) else [node]
    return [part for text in texts for part in (text.split(",") if commas else [text])]


def whole(text: Any, default: int) -> int:
    """A whole number, of up to 15 digits; PHP reads nonsense as none."""
    found = re.match(r"\s*-?\d{1,15}", text) if isinstance(text, str) else None
    return int(found[0]) if found else default
