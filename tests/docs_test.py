#!/usr/bin/env python3
"""The documentation: every command in it runs or, where it needs what a reader has, is one that the
program takes; every link leads somewhere; every page is in the site's table of contents.

docs_test.py ROOT BLOCKSCOPE

- A fenced block `sh` runs in bash, the blocks of a page one after the other in one folder; lines of a
  `text` block behind it are in its output.
- An indented line `blockscope ...` runs in the same way, with less to measure, if what it needs is
  there; else, and where it is a synopsis, its words are checked by --dump-config.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT, BINARY = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
PAGES = sorted((ROOT / "docs").glob("*.md")) + [ROOT / "README.md"]

# what a reader has and this test has not: published files, checkpoints, images, devices
NOT_HERE = re.compile(r"\.pth|\.pt\b|note10/|CHECKPOINT|IMAGE|supernet:|DIR\b|original/|\./npu\.sh|host_table|"
                      r"ofa_mbv3_gpu|\bSPACE\b|model:model|out/|measured\.csv|METRIC|FILE|engine=xnnpack|--sustain|--searches|mine\.pth")
# enough for a look: said again, the last one counts
LESS = {"measure": ["--budget", "1s", "-n", "3"], "profile": ["--budget", "40", "--processes", "1"],
        "check": ["-n", "2000"]}

problems = []
count = {"run": 0, "parsed": 0}


def shell(script, folder):
    """Runs bash in a folder where `blockscope` is the one tested."""
    path = f"{BINARY.parent}:{os.environ['PATH']}"
    return subprocess.run(["bash", "-eu", "-c", script], cwd=folder, text=True,
                          capture_output=True, check=False, timeout=250,
                          env=dict(os.environ, PATH=path, OMP_WAIT_POLICY="passive"))


def commands_of(text):
    """Indented command lines outside of fences, continued lines joined, comments cut off."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    joined = re.sub(r"\\\n\s*", " ", outside)
    for line in re.findall(r"^    (?:\$ )?((?:build/)?blockscope .*)$", joined, re.M):
        yield re.sub(r"^build/", "", re.sub(r"\s{2,}#.*|\s+# .*", "", line))


def words_of(command):
    """Words for --dump-config of a synopsis: optional parts and alternatives taken out."""
    command = re.sub(r"\[-[^\]]*\]", "", command)
    return shlex.split(command.replace("DIR...", "DIR"))[1:]


def check_indented(page, text, folder):
    (folder / "archs.csv").write_text(
        shell("blockscope sample ofa-mbv3 -n 60 --quiet", folder).stdout)
    shell("blockscope evaluate ofa-mbv3 --archs archs.csv --metric latency/note10 --quiet | "
          "sed 's/latency_note10_ms/latency_ms/' > mine.csv; cp archs.csv suite.csv; "
          "head -n 3 archs.csv > few.csv; mkdir -p base new", folder)
    for command in commands_of(text):
        needs = "*" in command or NOT_HERE.search(command)
        words = words_of(command)
        missing = [w for w in words if re.fullmatch(r"[\w/]+\.(csv|toml|json)", w)
                   and not (folder / w).exists() and not re.search(rf"-o {re.escape(w)}|junit {re.escape(w)}", command)]
        folders = [w for w in words[1:] if re.fullmatch(r"[a-z_]+", w) and words[0] in ("compare", "prune", "report")
                   and words[words.index(w) - 1] not in ("-o", "--keep", "--reduce")
                   and not (folder / w).exists() and "-" not in w]
        if needs or missing or folders or "..." in command:
            done = shell(shlex.join(["blockscope", *words, "--dump-config"]), folder)
            count["parsed"] += 1
        else:
            less = shlex.join(LESS.get(words[0], []) if "--data" not in words and "--by" not in words else [])
            done = shell(f"blockscope {shlex.join(words)} {less} --quiet", folder)
            count["run"] += 1
        if done.returncode != 0:
            problems.append(f"{page.name}: {command}\n    {done.stderr.strip()[-300:]}")


def check_fenced(page, text, folder):
    """All blocks in one shell, as a reader types them; a mark between tells their outputs apart."""
    blocks = re.findall(r"^```sh\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", text, re.S | re.M)
    if not blocks:
        return
    mark = "@@ the next block @@"
    done = shell(f"echo '{mark}'\n".join(script for script, _ in blocks), folder)
    outputs = done.stdout.split(mark + "\n")
    count["run"] += len(outputs)
    if done.returncode != 0:
        problems.append(f"{page.name}: exit code {done.returncode}\n{blocks[len(outputs) - 1][0]}"
                        f"{done.stderr[-500:]}")
        return
    for (script, expected), output in zip(blocks, outputs):
        for line in expected.splitlines():
            if line not in output.splitlines():
                problems.append(f"{page.name}: '{line}' is not in the output of\n{script}{output[-500:]}")


def check_links(page, text):
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        if not file.exists():
            problems.append(f"{page.name}: {target} leads nowhere")
        elif anchor:
            titles = re.findall(r"^#+ (.*)$", file.read_text(), re.M)
            anchors = {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}
            if anchor not in anchors:
                problems.append(f"{page.name}: {target}: no such heading")


def main():
    contents = (ROOT / "mkdocs.yml").read_text()
    for page in PAGES:
        text = page.read_text()
        check_links(page, text)
        if page.parent.name == "docs" and page.name not in contents:
            problems.append(f"{page.name} is not in mkdocs.yml")
        with tempfile.TemporaryDirectory() as folder:
            check_fenced(page, text, pathlib.Path(folder))
        with tempfile.TemporaryDirectory() as folder:
            check_indented(page, text, pathlib.Path(folder))
    print("\n".join(problems) or f"{len(PAGES)} pages: {count['run']} commands run, "
                                 f"{count['parsed']} that need more than this machine has are taken")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
