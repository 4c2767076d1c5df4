#!/bin/sh
# gophernotes.sh GOPHERNOTES UACS runs the compatibility notebook in gophernotes,
# with Debian's nbconvert, and in the project's runner, and compares every text
# output. Both arguments are paths of programs. It exits 0 if all agree, 1 if not,
# and 77 if Jupyter is not installed. Run it in the project's folder.
set -eu
[ $# -eq 2 ] || { echo "usage: gophernotes.sh GOPHERNOTES UACS" >&2; exit 2; }
gophernotes=$(realpath "$1")
uacs=$(realpath "$2")
/usr/bin/python3 -c 'import nbconvert, nbformat' 2>/dev/null || { echo "skipped: no nbconvert"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export JUPYTER_DATA_DIR="$scratch/data" JUPYTER_CONFIG_DIR="$scratch/config" JUPYTER_RUNTIME_DIR="$scratch/run"
mkdir -p "$JUPYTER_DATA_DIR/kernels/gophernotes"
cat >"$JUPYTER_DATA_DIR/kernels/gophernotes/kernel.json" <<JSON
{"argv": ["$gophernotes", "{connection_file}"], "display_name": "Go", "language": "go", "env": {"GOROOT": "/nonexistent"}}
JSON
notebook=notebooks/compat-gophernotes.ipynb
timeout 120 /usr/bin/jupyter nbconvert --log-level=WARN --to notebook --execute \
	--ExecutePreprocessor.kernel_name=gophernotes --output-dir "$scratch" --output theirs.ipynb "$notebook"
"$uacs" nb run "$notebook" --out "$scratch/ours.ipynb"
/usr/bin/python3 - "$scratch/theirs.ipynb" "$scratch/ours.ipynb" <<'PYTHON'
import sys
import nbformat

# LaTeX, Markdown, HTML and SVG are texts too; pictures are not compared.
def texts(name):
    for cell in nbformat.read(name, 4).cells:
        for out in cell.get("outputs", []):
            data = out.get("data", {"stream": out.get("text", "")})
            yield cell.id, {k: v.rstrip("\n") for k, v in sorted(data.items()) if isinstance(v, str) and k[:9] != "image/png"}

theirs, ours = list(texts(sys.argv[1])), list(texts(sys.argv[2]))
for a, b in zip(theirs, ours):
    if a != b:
        print("gophernotes:", a, "\nuacs:       ", b)
if theirs != ours:
    sys.exit(f"outputs differ: {len(theirs)} in gophernotes, {len(ours)} in uacs")
print(f"{len(ours)} outputs agree")
PYTHON
