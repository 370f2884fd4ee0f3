"""Who hears of a long call: a terminal, a notebook, or a function of the user's."""
import sys


def _notebook():
    """IPython's shell if this is a notebook's kernel, else None; imports nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if shell is not None and "IPKernelApp" in shell.config else None


def _line(task, done, total, unit, note):
    share = f" of {total:.0f}" if total > 0 else ""
    return f"{task}: {done:.0f}{share} {unit}" + (f"; {note}" if note else "")


class Listener:
    """Gathers what a call says, and shows how far it is.

    progress: None shows it in a terminal (standard error) or a notebook; False nowhere; a function
    is called with (task, done, total, unit, note), total 0 where it is not known.
    """

    def __init__(self, progress=None):
        self.text = ""
        self.messages = []
        self._show = self._nothing
        self._end = lambda: None
        if callable(progress):
            self._show = progress
        elif progress is None and _notebook() is not None:
            self._show, self._end = self._in_notebook(sys.modules["IPython"].display)
        elif progress is None and sys.stderr is not None and sys.stderr.isatty():
            self._show, self._end = self._on_terminal, self._clear

    def output(self, text):
        self.text += text

    def say(self, kind, line):
        self.messages.append((kind, line))

    def progress(self, task, done, total, unit, note):
        self._show(task, done, total, unit, note)

    def end(self):
        self._end()

    @property
    def error(self):
        """The last line of an error, or ""."""
        return next((line for kind, line in reversed(self.messages) if kind == "error"), "")

    @staticmethod
    def _nothing(task, done, total, unit, note):
        pass

    @staticmethod
    def _on_terminal(task, done, total, unit, note):
        bar = ""
        if total > 0:
            full = int(24 * min(1.0, done / total))
            bar = f"[{'=' * full:<24}] "
        sys.stderr.write(f"\r\x1b[K{bar}{_line(task, done, total, unit, note)}")
        sys.stderr.flush()

    @staticmethod
    def _clear():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()

    @staticmethod
    def _in_notebook(display):
        import html
        shown = []

        def show(task, done, total, unit, note):
            bar = f"<progress value='{done}' max='{total}'></progress> " if total > 0 else ""
            page = display.HTML(bar + html.escape(_line(task, done, total, unit, note)))
            if shown:
                shown[0].update(page)
            else:
                shown.append(display.display(page, display_id=True))

        def end():
            if shown:
                shown[0].update(display.HTML(""))

        return show, end
