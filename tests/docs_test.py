#!/usr/bin/env python3
"""The documentation: every command in it runs; every link leads somewhere; every page is in the site's
table of contents.

docs_test.py ROOT BLOCKSCOPE

- A fenced block `sh` runs in bash, the blocks of a page one after the other in one folder; lines of a
  `text` block behind it are in its output.
- An indented line `blockscope ...` runs in the same way, with stand-ins for what a reader has
  (docs_shelf.py), small ones (INSTEAD) and with less to measure (LESS). What cannot run on this
  machine - no Slurm, no published files - is named with the reason, and its words are checked by
  --dump-config.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import docs_shelf

ROOT, BINARY = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
PAGES = sorted((ROOT / "docs").glob("*.md")) + [ROOT / "README.md"]

# enough for a look: said again, the last one counts
LESS = {"measure": "--budget 1s -n 3", "profile": "--budget 40 --processes 1", "check": "-n 2000",
        "search": "--initial 20 --children 10 --iterations 2", "train": "--epochs 1 --batch 10 --subnets 0"}
# read: of a synopsis the parts that are not optional, with names for placeholders; then a second
# for minutes
INSTEAD = [(r"\[-[^\]]*\]", ""), (r"(prune|report) DIR\.\.\.", r"\1 profile"), (r"prune SPACE", "prune ofa-mbv3"),
           (r"\bMETRIC\b", "accuracy"), (r"\bDIR\b", "original"), (r"--sustain \S+", "--sustain 1s"),
           (r"(fit .*gpu_latency\.csv)", r"\1 --model ridge"), (r"--seeds 1-10\b", "--seeds 1-2"), (r"--search-seeds \d+", ""), (r"--searches", "--searches --search-seeds 2"),
           (r"\$SLURM_ARRAY_TASK_ID", "1"), (r"\blut:note10/?", "lut:note10")]
# commands about supernets are about one that a test can train
SUPERNET = re.compile(r"supernet:|\btrain |--weights")
SMALL = [(r"\bofa-mbv3\b|mine\.toml|\S*/small_images\.toml", "small.toml"), (r"\barchs\.csv", "small.csv"),
         (r"\$?CHECKPOINT|mine\.pth", "small.safetensors"), (r"\$?IMAGENET|cifar10", "images"),
         (r"images=1000", "images=10"), (r"--arch \"[^\"]*\"", "--arch $(sed -n 2p small.csv | cut -d, -f1)")]

problems = []
left_out = []
count = {"run": 0}


def shell(script, folder):
    """Runs bash in a folder where `blockscope` is the one tested."""
    path = f"{BINARY.parent}:{os.environ['PATH']}"
    mpi = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
           "OMPI_MCA_rmaps_base_oversubscribe": "1"}
    return subprocess.run(["bash", "-eu", "-c", script], cwd=folder, text=True,
                          capture_output=True, check=False, timeout=250,
                          env=dict(os.environ, PATH=path, OMP_WAIT_POLICY="passive", **mpi))


def commands_of(text):
    """Indented command lines outside of fences, continued lines joined, comments cut off."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    joined = re.sub(r"\\\n\s*", " ", outside)
    for line in re.findall(r"^    (?:\$ )?((?:(?:mpirun|srun) .*?|build/)?blockscope .*)$", joined, re.M):
        yield re.sub(r"^build/", "", re.sub(r"\s{2,}#.*|\s+# .*", "", line))


def with_stand_ins(command):
    """What runs for a command of the documentation."""
    for pattern, text in INSTEAD + (SMALL if SUPERNET.search(command) else []):
        command = re.sub(pattern, text, command)
    verb = re.search(r"blockscope (-*\w+)", command).group(1)
    less = "" if "--data" in command or "--by" in command else LESS.get(verb, "")
    return f"{command} {less}" + ("" if verb.startswith("-") else " --quiet")


def lay(shelf, desk, commands):
    """On a page's desk: what its commands name and do not write themselves."""
    text = "\n".join(commands)
    for thing in shelf.iterdir():
        if not re.search(rf"(-o|difference) {re.escape(thing.name)}(\s|$)", text):
            (desk / thing.name).symlink_to(thing) if thing.is_symlink() or thing.name == "images" else \
                shutil.copytree(thing, desk / thing.name) if thing.is_dir() else shutil.copy(thing, desk)


def check_indented(page, text, shelf, missing, desk):
    written = list(commands_of(text))
    lay(shelf, desk, written)
    for original in written:
        command = with_stand_ins(original)
        why = next((reason for name, reason in missing.items() if name in command), None)
        if why is None:
            # two seeds settle none of the claims that its exit code is about
            done = shell(command + (" || test $? -eq 1" if "--searches" in command else ""), desk)
            count["run"] += 1
        else:
            left_out.append(f"{page.name}: {original}\n    {why}")
            done = shell(re.sub(r"^(mpirun|srun) .*?blockscope", "blockscope", command) + " --dump-config", desk)
        if done.returncode != 0:
            problems.append(f"{page.name}: {original}\n    as {command}\n    {done.stderr.strip()[-300:]}")


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
    with tempfile.TemporaryDirectory() as shelf:
        missing = docs_shelf.fill(pathlib.Path(shelf), ROOT, shell)
        for page in PAGES:
            text = page.read_text()
            check_links(page, text)
            if page.parent.name == "docs" and page.name not in contents:
                problems.append(f"{page.name} is not in mkdocs.yml")
            with tempfile.TemporaryDirectory() as folder:
                check_fenced(page, text, pathlib.Path(folder))
            with tempfile.TemporaryDirectory() as folder:
                check_indented(page, text, pathlib.Path(shelf), missing, pathlib.Path(folder))
    print("\n".join(problems) or f"{len(PAGES)} pages: {count['run']} commands run")
    if left_out:
        print(f"{len(left_out)} that need more than this machine has are taken, but did not run:")
        print("\n".join(left_out))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
