"""What the Tab key does in a real bash, with a server that runs. The program is in the PATH, its configuration in HOME.
office_tab.py ACCOUNT METER"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from terminal import Terminal

account, meter = sys.argv[1:]
CASES = [("tarif", "tariff "), ("sell --acc", "sell --account "), (f"sell --account {account[:1]}", f"sell --account {account} "),
         (f"sell --meter {meter[:10]}", f"sell --meter {meter} "), (f"account show {account[:1]}", f"account show {account} "),
         ("account change-m", "account change-meter "), (f"account change-meter A-1 --meter {meter[:6]}", f"--meter {meter} "),
         (f"meter show {meter[:8]}", f"meter show {meter} "), (f"engineer history {meter[:8]}", f"engineer history {meter} "),
         (f"record list --meter {meter[:8]}", f"record list --meter {meter} "), ("vendor set", "vendor settle "),
         ("receipt --fo", "receipt --format "), ("sale reverse --re", "sale reverse --reason "),
         ("sell --config client/completion/metervault.b", "client/completion/metervault.bash ")]
CLEAR_LINE = b"\x15"

shell = Terminal("/bin/bash", "--norc", "--noprofile", "-i")
shell.type("PS1='ready: '; . client/completion/metervault.bash; bind 'set bell-style none'; bind 'set horizontal-scroll-mode on'; stty cols 200")
shell.await_text("ready: ")
for typed, becomes in CASES:
    shell.press(f"metervault {typed}\t".encode())
    shell.await_text(becomes)
    shell.press(CLEAR_LINE)
shell.press(b"metervault account sh\t\x15exit\n")
sys.exit(shell.end())
