"""The office as its people reach it: office_calls for most of what they do, the command line for some, and the clock."""
import json
import math
import os
import random
import signal
import struct
import subprocess
import threading
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class Desk:
    """One office_calls: a call at a time."""

    def __init__(self, place):
        program = os.path.join(place.programs, "..", "tests", "office_calls")
        self.process = subprocess.Popen([program, place.server, os.path.join(place.folder, "pki")], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def call(self, who, service, method, request):
        self.process.stdin.write(f"{who} {service} {method} {json.dumps(request)}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"office_calls ended at {who} {service}.{method} {request}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        if self.process.wait(30) != 0:
            raise SystemExit("office_calls did not end well")


class Place:
    """The instance of run.sh: MV_DIR and MV_BIN."""

    def __init__(self):
        self.folder = os.environ["MV_DIR"]
        self.programs = os.environ["MV_BIN"]
        with open(os.path.join(self.folder, "port"), encoding="ascii") as file:
            self.server = f"127.0.0.1:{file.read().strip()}"
        self.desk = Desk(self)
        self.shown = 0.0

    # ---- the clock ----
    def now(self):
        with open(os.path.join(self.folder, "passed"), "rb") as file:
            return time.time() + struct.unpack("q", file.read(8))[0]

    def pass_until(self, unix_s):
        """Time never goes back: a moment that is over already is now."""
        ahead = math.ceil(unix_s - time.time())
        with open(os.path.join(self.folder, "passed"), "r+b") as file:
            if ahead > struct.unpack("q", file.read(8))[0]:
                file.seek(0)
                file.write(struct.pack("q", ahead))

    # ---- the command line ----
    def cli(self, who, *arguments):
        """What JSON it prints, or the named reason that it gives."""
        config = os.path.join(self.folder, "clients", f"{who}.conf")
        done = subprocess.run([os.path.join(self.programs, "metervault"), *arguments, "--json", "--config", config],
                              capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            return {"ok": json.loads(done.stdout)}
        try:
            error = json.loads(done.stderr or done.stdout)["error"]
        except (ValueError, KeyError):
            return {"no": "?", "message": done.stderr + done.stdout}
        return {"no": error["reason"], "message": error["message"]}

    @staticmethod
    def card(script, *arguments):
        done = subprocess.run([os.path.join(ROOT, "tests", "year", script), *arguments], capture_output=True, text=True,
                              timeout=120, check=False, stdin=subprocess.DEVNULL)
        remaining, _, sold = done.stdout.strip().partition("\n")
        if done.returncode != 0 or not remaining.isdigit():
            return {"no": "?", "message": done.stdout + done.stderr}
        return {"ok": dict(json.loads(sold)["sold"] if sold else {}, remaining=int(remaining))}

    # ---- several at one moment ----
    def at_once(self, calls):
        """Each at a desk of its own, which is connected before."""
        answers = [None] * len(calls)
        ready = threading.Barrier(len(calls))

        def work(number):
            desk = Desk(self)
            desk.call(calls[number][0], "TariffService", "GetOffice", {})
            ready.wait()
            answers[number] = desk.call(*calls[number])
            desk.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    # ---- the end of the server in the middle of its work ----
    def crash(self, calls, rng):
        """The calls begin at once, each at a desk of its own; the server is killed among them and starts again. Every
        call comes to its end."""
        answers = [None] * len(calls)

        def work(number):
            desk = Desk(self)
            answers[number] = desk.call(*calls[number])
            desk.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(calls))]
        for thread in threads:
            thread.start()
        time.sleep(0.02 + rng.random() * 0.05)
        with open(os.path.join(self.folder, "log", "metervaultd.pid"), encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGKILL)
        subprocess.run([os.path.join(ROOT, "tests", "year", "restart.sh")], check=True)
        for thread in threads:
            thread.join()
        return answers


def play(book, answers):
    """Does all that is written in the book, and writes down what was answered."""
    place = Place()
    rng = random.Random(book.seed)
    for event in book.events:
        place.pass_until(book.start + event["at"])
        calls = book.calls(event)
        if event["kind"] == "crash":
            said = place.crash(calls, rng)
        elif event["kind"] == "rush":
            said = place.at_once(calls)
        elif event.get("via") == "card":
            said = [place.card(*arguments) for arguments in book.words(event)]
        elif event.get("via") == "cli":
            said = [place.cli(*arguments) for arguments in book.words(event)]
        else:
            said = [place.desk.call(*call) for call in calls]
        book.learn(event, said)
        answers.write(json.dumps(said) + "\n")
    place.desk.close()
