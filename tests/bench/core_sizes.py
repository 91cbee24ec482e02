#!/usr/bin/env python3
"""core_sizes.py MAP: what an image has of each part of meter-core, from the linker's map, one line "PART FLASH RAM" each
and their sum. FLASH is code, constants and initial values, RAM the library's own variables. `memory` are the four mem
functions, `compiler` its arithmetic. Start-up, port and the image's own main are the board's and left out."""
import re
import sys

SECTION = re.compile(r"^ (\.[\w.$*-]+|COMMON)(?:\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)\s+(\S.*))?$")
CONTINUED = re.compile(r"^\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)\s+(\S.*)$")
FLASH = (".text", ".rodata", ".data", ".sdata", ".srodata")
RAM = (".data", ".bss", ".sdata", ".sbss", "COMMON")


def part_of(source):
    ours = re.search(r"/mv_core\.dir/src/(\w+)/", source)
    if ours:
        return ours.group(1)
    if "libgcc.a(" in source:
        return "compiler"
    return "memory" if re.search(r"libc\.a\(.*mem(cpy|set|cmp|move)", source) else None


def placed(path):
    """(section, size, source) of all that came into the image."""
    lines = open(path, encoding="utf-8").read().partition("Linker script and memory map")[2].splitlines()
    for line, following in zip(lines, lines[1:] + [""]):
        found = SECTION.match(line)
        if not found:
            continue
        size, source = found.group(3), found.group(4)
        if size is None:
            rest = CONTINUED.match(following)
            if not rest:
                continue
            size, source = rest.group(2), rest.group(3)
        yield found.group(1), int(size, 16), source


def main():
    parts = {}
    for section, size, source in placed(sys.argv[1]):
        part = part_of(source)
        if part is None or size == 0:
            continue
        flash, ram = parts.get(part, (0, 0))
        parts[part] = (flash + size * section.startswith(FLASH), ram + size * section.startswith(RAM))
    for part, (flash, ram) in sorted(parts.items()):
        print(part, flash, ram)
    print("sum", sum(flash for flash, _ in parts.values()), sum(ram for _, ram in parts.values()))


main()
