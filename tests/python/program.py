"""What the tests of the Python module share: the command line, to compare with."""
import csv
import os
import subprocess

BINARY = os.environ["BLOCKSCOPE_BINARY"]


def command_line(*arguments, code=0):
    """Runs blockscope in a process of its own; what it prints on standard output."""
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


def columns(text):
    """A CSV text as lists of texts by column."""
    header, *rows = csv.reader(text.splitlines())
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


TINY = """
name = "tiny"
resolutions = [32, 48]
[[block]]
kind = "mbconv"
expand = 2
kernel = 3
[[block]]
kind = "mbconv"
expand = 3
kernel = 5
[[stem]]
op = "conv"
kernel = 3
stride = 2
channels = 8
activation = "relu"
[[unit]]
channels = 8
stride = 2
depth = [1, 2]
[[unit]]
channels = 16
stride = 2
depth = [2, 3]
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 10
"""
