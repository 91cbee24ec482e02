#!/usr/bin/env python3
"""vectors.py sts.json OUT.c: the published values as a table for shim/jansson.h, without what no test reads."""
import json
import sys

NULL, NUMBER, TEXT, ARRAY, OBJECT = range(5)
UNREAD = {"source", "suite", "note", "step"}


class Pool:
    def __init__(self):
        self.places, self.items = {}, []

    def number(self, value):
        if value not in self.places:
            self.places[value] = len(self.items)
            self.items.append(value)
        return self.places[value]


class Texts(Pool):
    def __init__(self):
        super().__init__()
        self.size = 0

    def place(self, text):
        if text not in self.places:
            self.places[text] = self.size
            self.items.append(text)
            self.size += len(text.encode()) + 1
        return self.places[text]


def main():
    vectors = json.load(open(sys.argv[1], encoding="utf-8"))
    texts, numbers, nodes = Texts(), Pool(), [None]

    def names_first(value):  # names are indexed by 16 bits
        if isinstance(value, dict):
            for name, item in value.items():
                texts.place(name)
                names_first(item)
        elif isinstance(value, list):
            for item in value:
                names_first(item)

    def fill(at, name, value):
        if isinstance(value, bool):
            value = int(value)
        if value is None:
            nodes[at] = (name, NULL, 0)
        elif isinstance(value, int):
            nodes[at] = (name, NUMBER, numbers.number(value))
        elif isinstance(value, str):
            nodes[at] = (name, TEXT, texts.place(value))
        elif isinstance(value, (dict, list)):
            members = [(key, item) for key, item in value.items() if key not in UNREAD] if isinstance(value, dict) \
                else [(None, item) for item in value]
            first = len(nodes)
            nodes[at] = (name, (OBJECT if isinstance(value, dict) else ARRAY) | len(members) << 3, first)
            nodes.extend([None] * len(members))
            for i, (key, item) in enumerate(members):
                fill(first + i, 0 if key is None else texts.place(key), item)
        else:
            raise SystemExit(f"no number of this kind on the target: {value!r}")

    names_first(vectors)
    assert texts.size < 65536 and len(vectors) < 8192
    fill(0, 0, vectors)
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write('#include "jansson.h"\n\nconst json_t target_json[] = {\n')
        out.writelines(f"    {{{name}, {kind}, {value}}},\n" for name, kind, value in nodes)
        out.write("};\nconst char target_json_texts[] =\n")
        out.writelines(f"    {json.dumps(text)} \"\\0\"\n" for text in texts.items)
        out.write("    ;\nconst int64_t target_json_numbers[] = {")
        out.writelines(f"INT64_C({number}), " for number in numbers.items)
        out.write("};\n")


main()
