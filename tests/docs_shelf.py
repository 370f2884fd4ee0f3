"""What a reader of the documentation has, in small: stand-ins for published files, measurements,
devices, checkpoints and images, made once. docs_test.py lays on a page's desk what it names."""
import os
import pathlib
import shutil
import struct
import zlib

NPU = r"""#!/bin/sh
# a device: a time for its argument, or an answer to each line of JSON
if [ $# -gt 0 ]; then
    echo 3.5
    exit
fi
while read -r line; do
    id=$(echo "$line" | sed 's/.*"id": *\([0-9]*\).*/\1/')
    printf '{"id":%s,"values":[3.5],"unit":"ms"}\n' "$id"
done
"""

TABLES = r"""
blockscope sample ofa-mbv3 -n 60 --quiet -o archs.csv
head -n 5 archs.csv > suite.csv
blockscope evaluate ofa-mbv3 --archs archs.csv --metric latency/note10 --quiet > note10_table.csv
for name in latency_ms latency_host_ms; do
    sed "1s/latency_note10_ms/$name/" note10_table.csv > $name.csv
done
mv latency_ms.csv mine.csv
mv latency_host_ms.csv host_table.csv
cp mine.csv measured.csv
blockscope profile ofa-mbv3 --metric accuracy --metric macs -n 300 --quiet -o profile
blockscope prune ofa-mbv3 --keep params --reduce macs --quiet -o mine.toml
blockscope fit ofa-mbv3 --data profile/table.csv --column accuracy_percent --model ridge --quiet -o accuracy.pt
cp accuracy.pt accuracy.pth
for job in base new; do
    mkdir $job
    blockscope measure ofa-mbv3 --archs suite.csv --visits 3 --quiet -o $job/m.csv
    cp $job/m.csv $job.csv
    cp $job/m.json $job.json
done
cp -r base job1
cp -r new job2
"""

# of the small space: one that trains in a second
SUPERNET = r"""
blockscope sample small.toml -n 4 --quiet -o small.csv
blockscope train small.toml --images images --epochs 1 --batch 10 --subnets 0 --crop 1 --centre 1 --quiet \
    -o small.safetensors
"""

# names on the shelf of what is published
PUBLISHED = {"acc_predictor.pth": "original/acc_predictor.pth", "note10": "original/note10",
             "original": "original", "ofa_mbv3_gpu_latency.csv": "measured/ofa_mbv3_gpu_latency.csv"}


def png(path, colour, side=32):
    """A picture of one colour."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes(colour) * side) * side
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n"
                     + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def fill(shelf, root, shell):
    """Makes all of it in the folder. shell: runs a script in a folder. Returns what is missing: a dict
    of name to reason."""
    missing = {}
    data = pathlib.Path(os.environ.get("BLOCKSCOPE_DATA", root / "../shared/data")).resolve()
    for name, place in PUBLISHED.items():
        if (data / place).exists():
            (shelf / name).symlink_to(data / place)
        else:
            missing[name] = "published files are not here (BLOCKSCOPE_DATA)"
    (shelf / "npu.sh").write_text(NPU)
    (shelf / "npu.sh").chmod(0o755)
    shutil.copy(root / "examples/runners/nvidia_libtorch.py", shelf)
    shutil.copy(root / "examples/supernet/small_images.toml", shelf / "small.toml")
    for kind in ("train", "val"):
        for label in range(10):
            for i in range(2):
                png(shelf / f"images/{kind}/{label}/{i}.png", (25 * label, 100 * i, 250 - 25 * label))
    done = shell(TABLES, shelf)
    if done.returncode != 0:
        raise SystemExit(f"the shelf cannot be filled:\n{done.stderr}")
    if shell(SUPERNET, shelf).returncode != 0:
        missing["small.safetensors"] = "no supernet can be trained here (libtorch)"
    if "xnnpack" not in shell("blockscope --version | grep ^in:", shelf).stdout.lower():
        missing["engine=xnnpack"] = "XNNPACK is not here"
    if shutil.which("mpirun") is None or "MPI" not in shell("blockscope --version | grep ^in:", shelf).stdout:
        missing["mpirun"] = "MPI is not here"
    missing["srun"] = "needs Slurm"
    return missing
