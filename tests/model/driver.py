"""The driver's process: one line to it, one line back."""
import subprocess
import tempfile


class DriverFailed(Exception):
    pass


def line(words: tuple) -> str:
    return " ".join("-" if word is None or word == "" else str(word) for word in words)


class Driver:
    def __init__(self, program: str):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, bufsize=1)

    def ask(self, *words) -> str:
        try:
            self.process.stdin.write(line(words) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise DriverFailed(f"no answer to: {line(words)} (exit code {self.process.wait()})")
        return answer.rstrip("\n")

    def must(self, *words) -> None:
        answer = self.ask(*words)
        if answer != "ok":
            raise DriverFailed(f"{' '.join(map(str, words))}: {answer}")

    def close(self) -> int:
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(timeout=60)

    def said(self) -> str:
        """What driver and key process wrote on their standard error."""
        self.errors.seek(0)
        return self.errors.read()[-2000:]

    def kill(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
