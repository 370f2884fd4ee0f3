#!/usr/bin/env python3
"""House rules of the library that a compiler does not hold: tests/layering_test.py [ROOT]

- a folder includes itself and what MAY_USE lists for it, and what those may use;
- CMakeLists.txt links each folder to nothing else, and to all that it includes;
- neither folders nor files include each other in a circle;
- only cli prints, ends the program or reads the environment;
- nothing is timed by the calendar, which people set: only a study's sessions ask it for their date;
- no header includes a heavy third-party one.

A change of the structure changes MAY_USE, which is the design's table.
"""
import pathlib
import re
import sys

MAY_USE = {
    "base": [],
    "stats": ["base"],
    "space": ["base"],
    "weights": ["base"],
    "network": ["space", "weights"],
    "model": ["network", "weights", "stats"],
    "runtime": ["network", "stats"],
    "measure": ["runtime"],
    "supernet": ["runtime"],
    "metric": ["model", "measure", "supernet"],
    "profile": ["metric"],
    "search": ["metric"],
    "study": ["metric"],
    "cluster": ["metric"],
    "insight": ["profile"],
    "report": ["profile", "insight", "search", "study"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*"blockscope/(([^/"]+)/[^"]+)"')
HEAVY = re.compile(r"^\s*#\s*include\s*[<\"](Eigen/|unsupported/Eigen|SQLiteCpp/|sqlite3|CLI/|boost/|"
                   r"toml\+\+|nlohmann/(?!json_fwd\.hpp)|onnx|google/protobuf|dnnl|oneapi/|xnnpack|pthreadpool|torch/|xgboost/|mpi|jpeglib|jerror|png\.h)")
CONSOLE = re.compile(r"\bstd::(cout|cerr|clog|cin|v?printf|puts|putchar)\b|(?<![\w:.>])v?printf\s*\(|"
                     r"\bfmt::v?print(ln)?\s*\(|\b(stdout|stderr)\b|(?<![\w.>])(puts|putchar|perror)\s*\(")
ENVIRONMENT = re.compile(r"\b(secure_getenv|getenv|setenv|putenv|unsetenv|environ)\b")
CALENDAR = re.compile(r"\b(system_clock|high_resolution_clock|gettimeofday|CLOCK_REALTIME|utc_clock)\b|(?<![\w.>])time\s*\(\s*(nullptr|NULL|0)")
DATED = "study/study.cpp"
ENDING = re.compile(r"(?<![\w.>])(_exit|_Exit|quick_exit|exit|abort|terminate)\s*\(")


def closure(folder, direct):
    """The folder and everything reachable from it; survives circles."""
    found, todo = set(), [folder]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += direct.get(name, [])
    return found


def circle(edges):
    """Names along a circle of the graph {name: [names]}, first name repeated at the end, or None."""
    state = {}

    def walk(name, path):
        if state.get(name) == "done":
            return None
        if name in path:
            return path[path.index(name):] + [name]
        for other in edges.get(name, []):
            found = walk(other, path + [name])
            if found:
                return found
        state[name] = "done"
        return None

    for name in sorted(edges):
        found = walk(name, [])
        if found:
            return found
    return None


def linked_folders(cmake):
    """{folder: USES} of the blockscope_library calls."""
    uses = {}
    for call in re.findall(r"^\s*blockscope_library\(([^)]*)\)", re.sub(r"#.*", "", cmake), re.M):
        words = call.split()
        used = words[words.index("USES") + 1:] if "USES" in words else []
        stop = next((i for i, word in enumerate(used) if word.isupper()), len(used))
        uses[words[0]] = used[:stop]
    return uses


def without_comments_and_texts(source):
    """The same lines with comments removed and string literals emptied."""
    token = re.compile(r'R"(?P<raw>[^()\s]{0,16})\(.*?\)(?P=raw)"|"(?:\\.|[^"\\\n])*"|'
                       r"(?<!\w)'(?:\\.|[^'\\\n])+'|//[^\n]*|/\*.*?\*/", re.S)

    def replaced(match):
        text = match.group(0)
        return " " * (text[0] == "/") + "\n" * text.count("\n") or '""'

    return token.sub(replaced, source)


def problems_of(files, cmake):
    """files: {"FOLDER/NAME": text} below blockscope/; cmake: text of CMakeLists.txt."""
    problems = []
    uses = linked_folders(cmake)
    if not uses:
        problems.append("CMakeLists.txt: no blockscope_library found")
    for table, edges in (("MAY_USE", MAY_USE), ("CMakeLists.txt", uses)):
        found = circle(edges)
        if found:
            problems.append(f"{table}: a circle: {' -> '.join(found)}")
    for folder, used in sorted(uses.items()):
        if folder not in MAY_USE:
            problems.append(f"CMakeLists.txt: {folder} is not in the table of {__file__}")
            continue
        for other in used:
            if other not in closure(folder, MAY_USE):
                problems.append(f"CMakeLists.txt: {folder} may not use {other}")

    includes = {}
    for name, text in sorted(files.items()):
        folder = name.split("/")[0]
        if folder not in uses:
            problems.append(f"blockscope/{name}: {folder} is no library of CMakeLists.txt")
            continue
        code = without_comments_and_texts(text).split("\n")
        includes[name] = []
        for number, (line, plain) in enumerate(zip(text.split("\n"), code), 1):
            place = f"blockscope/{name}:{number}"
            include = INCLUDE.match(line) if plain.strip() else None
            if include:
                file, other = include.groups()
                includes[name].append(file)
                if file not in files:
                    problems.append(f"{place}: there is no blockscope/{file}")
                elif folder in MAY_USE and other not in closure(folder, MAY_USE):
                    problems.append(f"{place}: {folder} may not include {other}")
                elif other not in closure(folder, uses):
                    problems.append(f"{place}: CMakeLists.txt does not link {folder} to {other}")
            if name.endswith(".hpp") and plain.strip() and HEAVY.match(line):
                problems.append(f"{place}: a heavy third-party header in a header")
            for pattern, who in ((CONSOLE, "prints"), (ENVIRONMENT, "reads the environment"),
                                 (ENDING, "ends the program")):
                if pattern.search(plain):
                    problems.append(f"{place}: only cli {who}")
            if CALENDAR.search(plain) and name != DATED:
                problems.append(f"{place}: only {DATED} asks the calendar")
    found = circle(includes)
    if found:
        problems.append(f"a circle of files: {' -> '.join(found)}")
    return problems


def check_the_check():
    """A rule that finds nothing in a wrong tree is no rule."""
    cmake = "blockscope_library(base PRIVATE x::x)\nblockscope_library(space USES base PRIVATE x)\n" \
            "blockscope_library(stats USES base)\nblockscope_library(network USES\n    space)\n"
    fine = {
        "base/a.hpp": "#pragma once\n#include <string>\nclass Clock { void exit_code(); };\n",
        "base/a.cpp": '#include "blockscope/base/a.hpp"\n// std::cout, getenv\n'
                      'const char* t = "std::cout << getenv(\\"x\\")";\nint n = 1\'000\'000;\n'
                      'int k = std::snprintf(buffer, 3, "x") + Progress::exit_code();\n',
        "space/b.hpp": '#include <nlohmann/json_fwd.hpp>\n#include "blockscope/base/a.hpp"\n',
        "space/b.cpp": '#include <Eigen/Dense>\n#include "blockscope/space/b.hpp"\n',
        "stats/c.hpp": "", "network/d.hpp": '#include "blockscope/base/a.hpp"\n',
    }
    assert problems_of(fine, cmake) == [], problems_of(fine, cmake)
    base = '#include "blockscope/base/a.hpp"\n'
    wrong = [
        ("base/a.hpp", '#include "blockscope/space/b.hpp"\n', "base may not include space"),
        ("space/b.cpp", '  # include "blockscope/stats/c.hpp"\n', "space may not include stats"),
        ("network/d.hpp", '#include "blockscope/stats/c.hpp"\n', "network may not include stats"),
        ("space/b.cpp", '#include "blockscope/base/z.hpp"\n', "there is no blockscope/base/z.hpp"),
        ("space/b.hpp", '#include "blockscope/space/c.hpp"\n', "a circle of files"),
        ("oddity/e.hpp", "", "no library of CMakeLists.txt"),
        ("space/b.hpp", "#include <Eigen/Core>\n", "heavy"),
        ("space/b.hpp", "#include <nlohmann/json.hpp>\n", "heavy"),
        ("space/b.hpp", "#include <toml++/toml.h>\n", "heavy"),
        ("space/b.hpp", "#include <SQLiteCpp/Database.h>\n", "heavy"),
        ("space/b.hpp", "#include <CLI/CLI.hpp>\n", "heavy"),
        ("space/b.hpp", "#include <boost/math/distributions.hpp>\n", "heavy"),
        ("space/b.cpp", "std::cout << 1;\n", "prints"),
        ("space/b.cpp", 'f(); printf("x");\n', "prints"),
        ("space/b.cpp", 'std::fprintf(stderr, "x");\n', "prints"),
        ("space/b.cpp", 'fmt::print("x");\n', "prints"),
        ("space/b.cpp", '/* a\n b */ std::getenv("HOME");\n', "reads the environment"),
        ("space/b.cpp", "std::exit(1);\n", "ends the program"),
        ("space/b.cpp", "::_exit(1);\n", "ends the program"),
        ("space/b.cpp", "std::chrono::system_clock::now();\n", "asks the calendar"),
        ("space/b.cpp", "std::time(nullptr);\n", "asks the calendar"),
    ]
    for name, text, expected in wrong:
        files = dict(fine, **{name: base + text if name != "base/a.hpp" else text})
        if "space/c.hpp" in text:
            files["space/c.hpp"] = '#include "blockscope/space/b.hpp"\n'
        found = problems_of(files, cmake)
        assert any(expected in problem for problem in found), (name, text, found)
    for change, expected in ((("stats USES base", "stats USES base space"), "stats may not use space"),
                             (("base PRIVATE", "base USES network PRIVATE"), "a circle"),
                             (("network USES\n    space", "network"), "does not link network to base"),
                             (("stats USES", "statistics USES"), "not in the table")):
        found = problems_of(fine, cmake.replace(*change))
        assert any(expected in problem for problem in found), (change, found)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    check_the_check()
    library = root / "blockscope"
    files = {str(file.relative_to(library)): file.read_text()
             for file in sorted(library.rglob("*")) if file.suffix in (".hpp", ".cpp")}
    problems = problems_of(files, (root / "CMakeLists.txt").read_text())
    print("\n".join(problems) or f"{len(files)} files, no problem")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
