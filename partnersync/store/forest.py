"""Disjoint sets of words, joined one link at a time."""

from collections import defaultdict


class Forest:
    """Each set is a tree that is known by its root."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def root(self, word: str) -> str:
        """The root of the word's set; a new word is a set of its own."""
        parents = self._parents
        parents.setdefault(word, word)
        while parents[word] != word:
            parents[word] = parents[parents[word]]
            word = parents[word]
        return word

    def link(self, one: str, other: str) -> None:
        """Make the sets of two words one."""
        self._parents[self.root(other)] = self.root(one)

    def trees(self) -> dict[str, list[str]]:
        """The words of each set, by root."""
        trees: dict[str, list[str]] = defaultdict(list)
        for word in list(self._parents):
            trees[self.root(word)].append(word)
        return trees
