#!/usr/bin/env python3
"""amalgamate.py CORE OUT_DIR SOURCE...: meter-core as one pair of files, OUT_DIR/metervault_core.h and .c.

CORE is the folder meter-core, SOURCE its sources, relative to it, in the order in which they come. The same input gives
the same bytes. What a file has for itself (static functions, constants, types) under a name that also occurs in another
file gets the file's name in front; everything else stays as it is written."""
import os
import re
import sys

TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\w+|\s+|->|.""", re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(?:<([^>]+)>|"([^"]+)")[^\n]*\n', re.M)
GUARD = re.compile(r"^#ifndef (\w+_H)\n#define \1\n", re.M)
NAME = re.compile(r"[A-Za-z_]\w*")


def blank(text):
    """Without comments, strings and preprocessor lines, for looking at structure."""
    text = "".join(" " if token[:2] in ("/*", "//") else '""' if token[0] in "\"'" else token
                   for token in TOKEN.findall(text))
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.M)


def declarations(text):
    """What stands at file scope, one string each, bodies included."""
    depth, start = 0, 0
    for at, character in enumerate(text):
        if character in "{(":
            depth += 1
        elif character in "})":
            depth -= 1
        ends = character == ";" or (character == "}" and is_function(text[start:at]))
        if depth == 0 and ends:
            yield text[start:at + 1].strip()
            start = at + 1


def is_function(declaration):
    head = declaration.partition("{")[0]
    return "(" in head and "=" not in head


def enumerators(declaration):
    for body in re.findall(r"\benum\b[^{;()]*\{([^}]*)\}", declaration):
        for item in body.split(","):
            found = NAME.match(item.strip())
            if found:
                yield found.group()


def declared(declaration, end):
    """The name that stands last before `end`, outside of braces and brackets."""
    before = None
    while before != declaration:
        before, declaration = declaration, re.sub(r"\{[^{}]*\}|\[[^\]]*\]", "", declaration)
    return NAME.findall(declaration.partition(end)[0])[-1]


def own_names(text):
    """What the text defines at file scope and nobody outside it can see."""
    names = set(re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", text, re.M))
    for declaration in declarations(blank(text)):
        function = is_function(declaration)
        if not function:
            names.update(enumerators(declaration))
        tag = re.match(r"(?:static |const |typedef )*(?:struct|enum|union)\s+(\w+)\s*\{", declaration)
        if tag:
            names.add(tag.group(1))
        if declaration.startswith("typedef"):
            names.add(NAME.findall(declaration)[-1])
        if re.match(r"static\b", declaration):
            names.add(declared(declaration, "(" if function else "="))
    return names


def rename(text, names, prefix):
    """Members of structures keep theirs: they belong to another space of names."""
    out, before = [], ""
    for token in TOKEN.findall(text):
        if token in names and before not in (".", "->"):
            token = prefix + token
        if not token.isspace():
            before = token
        out.append(token)
    return "".join(out)


class Pair:
    def __init__(self, core):
        self.core = core
        self.system, self.done = set(), set()

    def read(self, path):
        with open(os.path.join(self.core, path), encoding="utf-8") as file:
            return file.read()

    def find(self, name, beside):
        near = os.path.normpath(os.path.join(os.path.dirname(beside), name))
        return near if os.path.exists(os.path.join(self.core, near)) else os.path.join("include", name)

    def expand(self, path, into):
        """The text of `path`; headers that it needs for the first time go before it into `into`."""
        def included(found):
            if found.group(1):
                self.system.add(found.group(1))
                return ""
            header = self.find(found.group(2), path)
            if not GUARD.search(self.read(header)):
                return self.expand(header, into)  # a table that is meant to be included in the middle
            self.header(header, into)
            return ""
        return INCLUDE.sub(included, self.read(path))

    def header(self, path, into):
        if path in self.done:
            return
        self.done.add(path)
        text = self.expand(path, into)
        text = GUARD.sub("", text, 1).rstrip()
        assert text.endswith("#endif"), path
        into.append((path, text[:-len("#endif")]))


def section(path, text):
    return f"\n/* ==== {path} ==== */\n\n{re.sub(chr(10) * 3 + '+', chr(10) * 2, text.strip())}\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    core, out, sources = sys.argv[1], sys.argv[2], sys.argv[3:]
    pair, public = Pair(core), []
    for name in sorted(os.listdir(os.path.join(core, "include/metervault"))):
        pair.header(f"include/metervault/{name}", public)
    public_system = "".join(f"#include <{name}>\n" for name in sorted(pair.system))
    pair.system.clear()
    private, texts = [], []
    for source in sources:
        texts.append((source, pair.expand(source, private)))

    words = {path: set(TOKEN.findall(text)) for path, text in public + private + texts}
    bodies = []
    for path, text in texts:
        elsewhere = set().union(*(found for other, found in words.items() if other != path))
        prefix = re.sub(r"^src/|\.c$", "", path).replace("/", "_") + "_"
        bodies.append((path, rename(text, own_names(text) & elsewhere, prefix)))

    os.makedirs(out, exist_ok=True)
    write(os.path.join(out, "metervault_core.h"),
          "/* The public headers of meter-core in one file: made by meter-core/tools/amalgamate.py, not by hand. */\n"
          "#ifndef METERVAULT_CORE_H\n#define METERVAULT_CORE_H\n\n" + public_system +
          "".join(section(path, text) for path, text in public) + "\n#endif\n")
    write(os.path.join(out, "metervault_core.c"),
          "/* meter-core in one file: made by meter-core/tools/amalgamate.py, not by hand. */\n"
          '#include "metervault_core.h"\n\n' + "".join(f"#include <{name}>\n" for name in sorted(pair.system)) +
          "".join(section(path, text) for path, text in private + bodies))


main()
