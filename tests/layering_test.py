"""Holds the includes of the library against the folders each may use.

The table is CMakeLists.txt's: blockscope_library(FOLDER USES ...). A folder may use what those it
lists may use. Also: only cli prints, exits or reads the environment, and no header includes a heavy
third-party one.
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
problems = []

uses = {}
for call in re.findall(r"blockscope_library\(([^)]*)\)", (root / "CMakeLists.txt").read_text()):
    words = call.split()
    direct = []
    if "USES" in words:
        for word in words[words.index("USES") + 1:]:
            if word.isupper():
                break
            direct.append(word)
    uses[words[0]] = direct


def reach(folder, path=()):
    if folder in path:
        problems.append("cycle: " + " -> ".join(path + (folder,)))
        return set()
    found = {folder}
    for used in uses[folder]:
        found |= reach(used, path + (folder,))
    return found


for folder in sorted(p.name for p in (root / "blockscope").iterdir() if p.is_dir()):
    files = [f for f in (root / "blockscope" / folder).iterdir() if f.suffix in (".hpp", ".cpp")]
    if not files:
        continue
    if folder not in uses:
        problems.append(f"blockscope/{folder} is no library of CMakeLists.txt")
        continue
    may_use = reach(folder)
    for file in sorted(files):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            place = f"{file.relative_to(root)}:{number}"
            own = re.match(r'#include "blockscope/(\w+)/', line)
            if own and own.group(1) not in may_use:
                problems.append(f"{place}: {folder} may not include {own.group(1)}")
            if re.search(r"\bstd::(cout|cerr|getenv|exit|_Exit)\b|[^n]printf\(|fmt::print\(", line):
                problems.append(f"{place}: only cli prints, exits or reads the environment")
            if file.suffix == ".hpp" and re.match(
                    r"#include <(Eigen|SQLite|CLI|boost|toml|onnx|dnnl|oneapi|nlohmann/json\.hpp)", line):
                problems.append(f"{place}: a heavy header in a header")

print("\n".join(problems) or f"{len(uses)} folders, no problem")
sys.exit(1 if problems else 0)
