#!/usr/bin/env python3
"""Looks at receipts of every kind, in both languages and each form: text against what is written down, PDF by its text,
its font and its picture, the printer's bytes by a decoder of their own, QR codes by another program.

Usage: receipt_look.py RECEIPT_SAMPLE GOLDEN-FOLDER [FOLDER-FOR-PICTURES]
"""
import re
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

sample, golden = sys.argv[1], Path(sys.argv[2])
TOKENS = ["12345678901234567890", "00000000000000000001", "98765432109876543210"]
SET = ["11112222333344445555", "22223333444455556666", "33334444555566667777", "44445555666677778888"]
# what each kind says in English and in Chinese, and its tokens
KINDS = {
    "sale": ("Receipt till-1/42, Total EUR, Change, cash, Grundgebühr", "收据 till-1/42, 合计 EUR, 找零, 现金, Grundgebühr", TOKENS),
    "copy": ("COPY, Receipt till-1/42", "副本, 收据 till-1/42", TOKENS),
    "long": ("Amadeus, Sigmaringen, 长孙, Flusses-GmbH, pump-and-storage", "Amadeus, Sigmaringen, 长孙, 第十二期", TOKENS),
    "key-change": ("Key change 1/4, Key change 4/4, Type the 4 key change", "换钥令牌 1/4, 换钥令牌 4/4, 请按顺序输入 4", SET + TOKENS[:1]),
    "key-again": ("was printed before: type the last, are lost", "以前已打印过, 旧令牌作废", SET + TOKENS[:1]),
    "free": ("Free token till-1/42, emergency: storm, 5 kWh", "免费发放 till-1/42, emergency: storm, 紧急供电, 5 kWh", TOKENS[:1]),
    "debt-paid": ("Debt paid 17, Paid EUR (cash), 10.00, Owed on debt 3, 40.00", "还欠款 17, 实收 EUR（现金）, 10.00, 欠款 3 尚欠, 40.00", []),
    "debt-added": ("Debt added 17, Amount EUR, 50.00, new meter", "登记欠款 17, 金额 EUR, 50.00, new meter", []),
    "deposit": ("Deposit taken 17, Paid EUR (bank), 100.00", "收押金 17, 实收 EUR（银行转账）, 100.00", []),
    "deposit-returned": ("Deposit returned 17, Paid out EUR (cash), moved out", "退押金 17, 支出 EUR（现金）, moved out", []),
    "refund": ("COPY, Paid out 17, Paid out EUR (cash), 12.50, account closed", "副本, 退款 17, 支出 EUR（现金）, 12.50", []),
    "claim": ("Claim for a reversed sale 5, 25.00, waits for officers, 1 of 2", "冲正申请 5, 25.00, 待批准（1/2）", []),
}
LANGUAGES = {"en": 0, "zh": 1}
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


def codes_of(tokens):
    """Up to four tokens in a QR code."""
    return [" ".join(tokens[i : i + 4]) for i in range(0, len(tokens), 4)]


def squeezed(text):
    """Without blanks: where lines break says nothing of what is said."""
    return re.sub(r"\s", "", text)


def says(name, text, kind, language):
    words, tokens = KINDS[kind][LANGUAGES[language]].split(", "), KINDS[kind][2]
    for word in words + [grouped(digits) for digits in tokens]:
        check(f"{name} says {word}", squeezed(word) in squeezed(text), text)


def text_of(language, kind, columns="40"):
    return run(sample, "text", language, kind, columns).stdout.decode()


def look_at_text(language):
    expected = (golden / f"receipts-{language}.txt").read_text()
    every = "".join(f"== {kind} ==\n{text_of(language, kind)}" for kind in KINDS)
    check(f"{language}: the texts are as written down", every == expected, every)
    lines, total = amounts(text_of(language, "sale"))
    check(f"{language}: the lines add up", sum(lines) == total == 2500, f"{lines} {total}")
    for kind in KINDS:
        says(f"{language} {kind}: the text", text_of(language, kind), kind, language)
        for width in (24, 32, 40, 48, 64):
            widest = max(map(columns, text_of(language, kind, str(width)).splitlines()))
            check(f"{language} {kind}: {width} columns", widest <= width, widest)
        check(f"{language} {kind}: rules", not re.search(r"(-{40}\n){2}|\A-{40}\n|-{40}\n\Z", text_of(language, kind)))
    starts = [line[:1] for kind in KINDS for line in text_of(language, kind).splitlines()]
    check(f"{language}: no line begins with a closing sign", not set(starts) & set("，。；：）"), starts)
    if language == "en":
        check("words stay whole", "\nrefuses it, type the 4 key change tokens\n" in text_of("en", "key-again"))


def read_codes(picture):
    return run("zbarimg", "-q", "--raw", picture).stdout.decode().strip().splitlines()


def look_at_pdf(language, kind, folder):
    name = f"{language} {kind}"
    pdf, picture = folder / f"{language}-{kind}.pdf", folder / f"{language}-{kind}"
    pdf.write_bytes(run(sample, "pdf", language, kind).stdout)
    says(f"{name}: the PDF", run("pdftotext", "-layout", pdf, "-").stdout.decode(), kind, language)
    check(f"{name}: one page", run("pdfinfo", pdf).stdout.decode().find("Pages:           1") > 0)
    fonts = run("pdffonts", pdf).stdout.decode()
    check(f"{name}: a font with Chinese characters is in it", "WenQuanYi" in fonts and " yes " in fonts, fonts)
    boxes = run("pdftotext", "-bbox", pdf, "-").stdout.decode()
    heights = [float(low) - float(high) for high, low in re.findall(r'<word .*yMin="([\d.]+)".* yMax="([\d.]+)"', boxes)]
    check(f"{name}: letters large enough to read", min(heights) >= 7.5, heights)
    run("pdftoppm", "-r", "200", "-png", "-singlefile", pdf, picture)
    found = read_codes(f"{picture}.png")
    check(f"{name}: the codes on the picture", sorted(found) == sorted(codes_of(KINDS[kind][2])), found)
    look_at_picture(name, pdf, picture)


def look_at_picture(name, pdf, picture):
    """There is ink at the left and at the right edge of the text, and none on the margins."""
    run("pdftoppm", "-r", "100", "-gray", "-singlefile", pdf, picture)
    data = Path(f"{picture}.pgm").read_bytes()
    match = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data)
    width, height = int(match[1]), int(match[2])
    pixels = data[match.end() :]
    inked = [x for x in range(width) if min(pixels[x::width]) < 128]
    check(f"{name}: ink from edge to edge", inked[0] < 20 and inked[-1] > width - 20, f"{inked[0]} {inked[-1]} of {width}")
    check(f"{name}: margins are white", inked[0] > 8 and inked[-1] < width - 8, f"{inked[0]} {inked[-1]} of {width}, {height}")


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


def look_at_printer(language, kind, width):
    name, charset = f"{language} {kind}", "gb18030" if language == "zh" else "cp850"
    data = run(sample, "escpos", language, kind, str(width)).stdout
    lines, codes, state = decode(data, charset)
    texts = [text for _, _, text in lines]
    check(f"{name}: the printer's character set", state["set"] == charset, state["set"])
    check(f"{name}: the codes are printed", codes == codes_of(KINDS[kind][2]), codes)
    check(f"{name}: the paper is cut", state["cut"])
    wide = [text for _, size, text in lines if columns(text) * (2 if size == 0x11 else 1) > width]
    check(f"{name}: {width} columns", wide == [], wide)
    large = 0x11 if width >= 48 else 1
    for digits in KINDS[kind][2]:
        check(f"{name}: tokens large and in the middle", (1, large, grouped(digits)) in lines, digits)
    same = text_of(language, kind, str(width)).splitlines()
    if language == "en":  # the western set has no Chinese characters
        same = ["".join(c if c.encode(charset, "replace") != b"?" else "?" for c in text) for text in same]
    check(f"{name}: what the text says", [text.strip() for text in texts if text] == [text.strip() for text in same], texts)


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
        said = answer.stderr.decode()
        check(f"refused: {line!r}", answer.returncode == 1 and "line 2: " in said and why in said, said)
    own.write_text("x\n" * 201)
    check("a receipt without end", run(sample, "text", own).returncode == 1)


def look_at_all(folder):
    check("every kind is looked at", run(sample).stdout.decode().split() == list(KINDS))
    for language in LANGUAGES:
        look_at_text(language)
        for kind in KINDS:
            look_at_pdf(language, kind, folder)
            look_at_printer(language, kind, 48)
            look_at_printer(language, kind, 32)
    look_at_templates(folder)


if len(sys.argv) > 3:
    look_at_all(Path(sys.argv[3]))
else:
    with tempfile.TemporaryDirectory() as name:
        look_at_all(Path(name))
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
