"""Validates routes by the tries of pytricia: sets of payloads and routes on standard input, a word a route on standard
output."""

import sys

import pytricia


class Set:
    def __init__(self):
        self.tries = {False: pytricia.PyTricia(32), True: pytricia.PyTricia(128)}

    def add(self, net, max_length, asn):
        trie = self.tries[":" in net]
        if trie.has_key(net):
            trie[net].append((max_length, asn))
        else:
            trie[net] = [(max_length, asn)]

    def validate(self, net, asn):
        trie = self.tries[":" in net]
        length = int(net.rsplit("/", 1)[1])
        state = "not-found"
        key = trie.get_key(net)
        while key is not None:
            for max_length, authorized in trie[key]:
                same = authorized == asn and asn != 0
                if same and length <= max_length:
                    return "valid"
                if same:
                    state = "length"
                elif state == "not-found":
                    state = "origin"
            key = trie.parent(key)
        return state


def main():
    lines = sys.stdin.read().splitlines()
    current = None
    said = []
    for line in lines:
        kind, *rest = line.split()
        if kind == "set":
            current = Set()
        elif kind == "payload":
            current.add(rest[0], int(rest[1]), int(rest[2]))
        else:
            said.append(current.validate(rest[0], int(rest[1])))
    print("\n".join(said))


main()
