#!/usr/bin/env python3
"""Looks at a receipt in each form: text against what is written down, PDF by its text, its font and its picture, the
printer's bytes by a decoder of their own, the QR code by another program.

Usage: receipt_look.py RECEIPT_SAMPLE GOLDEN-FOLDER
"""
import re
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

sample, golden = sys.argv[1], Path(sys.argv[2])
TOKENS = ["12345678901234567890", "00000000000000000001", "98765432109876543210"]
CODE = " ".join(TOKENS)
passed = failed = 0


def check(name, good, why=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAIL  {name}: {why}")


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, check=False)


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def grouped(digits):
    return " ".join(digits[i : i + 4] for i in range(0, 20, 4))


def amounts(text):
    """Amounts at the right edge between the two first rules, and the total behind them."""
    parts = text.split("-" * 40)
    cents = lambda line: int(line.rsplit(" ", 1)[1].replace(".", ""))
    return [cents(line) for line in parts[1].strip().splitlines()], cents(parts[2].strip().splitlines()[0])


def look_at_text(language):
    text = run(sample, "text", language).stdout.decode()
    expected = (golden / f"receipt-{language}.txt").read_text()
    check(f"{language}: the text is as written down", text == expected, text)
    check(f"{language}: 40 columns", max(map(columns, text.splitlines())) <= 40, text)
    lines, total = amounts(text)
    check(f"{language}: the lines add up", sum(lines) == total == 2500, f"{lines} {total}")
    for digits in TOKENS:
        check(f"{language}: token in groups", grouped(digits) in text, digits)
    copy = run(sample, "text", language, "copy").stdout.decode()
    check(f"{language}: a copy says so", ("COPY" if language == "en" else "副本") in copy and "COPY" not in text)


def read_code(picture):
    return run("zbarimg", "-q", "--raw", picture).stdout.decode().strip()


def look_at_pdf(language, folder):
    pdf = folder / f"{language}.pdf"
    pdf.write_bytes(run(sample, "pdf", language).stdout)
    text = run("pdftotext", "-layout", pdf, "-").stdout.decode()
    words = ["收据", "合计", "找零", "现金"] if language == "zh" else ["Receipt", "Total", "Change", "cash"]
    for word in words + ["王小明", "Müller", "Grundgebühr", "25.00"] + [grouped(digits) for digits in TOKENS]:
        check(f"{language}: the PDF says {word}", word in text, text)
    check(f"{language}: one page", run("pdfinfo", pdf).stdout.decode().find("Pages:           1") > 0)
    fonts = run("pdffonts", pdf).stdout.decode()
    check(f"{language}: a font with Chinese characters is in it", "WenQuanYi" in fonts and " yes " in fonts, fonts)
    run("pdftoppm", "-r", "200", "-png", "-singlefile", pdf, folder / language)
    check(f"{language}: the code on the picture", read_code(folder / f"{language}.png") == CODE, read_code(folder / f"{language}.png"))
    look_at_picture(language, pdf, folder)


def look_at_picture(language, pdf, folder):
    """There is ink at the left and at the right edge of the text, and none on the margins."""
    run("pdftoppm", "-r", "100", "-gray", "-singlefile", pdf, folder / language)
    data = (folder / f"{language}.pgm").read_bytes()
    match = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data)
    width, height = int(match[1]), int(match[2])
    pixels = data[match.end() :]
    inked = [x for x in range(width) if any(pixels[y * width + x] < 128 for y in range(height))]
    check(f"{language}: ink from edge to edge", inked[0] < 20 and inked[-1] > width - 20, f"{inked[0]} {inked[-1]} of {width}")
    check(f"{language}: margins are white", inked[0] > 8 and inked[-1] < width - 8, f"{inked[0]} {inked[-1]} of {width}")


def decode(data, charset):
    """What a printer would put on paper: text by lines, codes, whether it was cut; unknown commands are an error."""
    lines, line, codes, at = [], b"", [], 0
    state = {"align": 0, "size": 0, "cut": False, "set": None, "stored": b""}
    while at < len(data):
        rest = data[at:]
        if rest[:2] == b"\x1b@":
            at += 2
        elif rest[:2] in (b"\x1ba", b"\x1d!"):
            state["align" if rest[1] == ord("a") else "size"] = rest[2]
            at += 3
        elif rest[:2] == b"\x1bt":
            state["set"] = {2: "cp850"}[rest[2]]
            at += 3
        elif rest[:2] == b"\x1c&":
            state["set"] = "gb18030"
            at += 2
        elif rest[:3] == b"\x1dVB":
            state["cut"] = True
            at += 4
        elif rest[:3] == b"\x1d(k":
            size = rest[3] + 256 * rest[4]
            body = rest[5 : 5 + size]
            if body[1:2] == b"P":
                state["stored"] = body[3:]
            elif body[1:2] == b"Q":
                codes.append(state["stored"].decode())
            at += 5 + size
        elif rest[:1] == b"\n":
            lines.append((state["align"], state["size"], line.decode(charset)))
            line = b""
            at += 1
        else:
            assert rest[0] >= 0x20, f"unknown command at {at}: {rest[:4]!r}"
            line += rest[:1]
            at += 1
    assert line == b"", line
    return lines, codes, state


def look_at_printer(language):
    charset = "gb18030" if language == "zh" else "cp850"
    data = run(sample, "escpos", language).stdout
    lines, codes, state = decode(data, charset)
    texts = [text for _, _, text in lines]
    check(f"{language}: the printer's character set", state["set"] == charset, state["set"])
    check(f"{language}: the code is printed", codes == [CODE], codes)
    check(f"{language}: the paper is cut", state["cut"])
    for digits in TOKENS:
        check(f"{language}: tokens large and in the middle", (1, 0x11, grouped(digits)) in lines, digits)
    check(f"{language}: umlauts", any("Grundgebühr" in text for text in texts), texts)
    name = "王小明 Müller" if language == "zh" else "??? Müller"
    check(f"{language}: the customer", any(name in text for text in texts), texts)
    wide = [text for _, size, text in lines if columns(text) * (2 if size == 0x11 else 1) > 48]
    check(f"{language}: 48 columns", wide == [], wide)
    same = [text.strip() for text in run(sample, "text", language).stdout.decode().splitlines()]
    if language == "zh":
        check("zh: what the text says", [text.strip() for text in texts if text] == same, texts)


def look_at_templates(folder):
    own = folder / "own.receipt"
    own.write_text("# Stadtwerke\n{customer}|{account}\nBalance|{balance}\nNothing {copy}\n{meter}: {units}\n{tokens}\n")
    text = run(sample, "text", own).stdout.decode()
    check("an organisation's own template", text.splitlines()[0].strip() == "Stadtwerke" and "170 kWh" in text, text)
    check("lines that have nothing to say are left out", "Balance" not in text and "Nothing" not in text, text)
    for line, why in [("{nothing}", "no such field: {nothing}"), ("a {total", "a brace without"), ("@language fr", "@language"),
                      ("x\a", "no text"), ("{lines} {total}", "no such field: {lines}")]:
        own.write_text("ok\n" + line + "\n")
        answer = run(sample, "text", own)
        check(f"refused: {line!r}", answer.returncode == 1 and "line 2: " in answer.stderr.decode() and why in answer.stderr.decode(),
              answer.stderr)
    own.write_text("x\n" * 201)
    check("a receipt without end", run(sample, "text", own).returncode == 1)


with tempfile.TemporaryDirectory() as name:
    for language in ("en", "zh"):
        look_at_text(language)
        look_at_pdf(language, Path(name))
        look_at_printer(language)
    look_at_templates(Path(name))
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
