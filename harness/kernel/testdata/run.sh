#!/bin/sh
# Tests the kernel with real Jupyter: conformance, language, protocol, stress, and the notebooks by nbconvert.
# UACS_CELLS is the number of small cells in a row, 200 unless set.
# Debian 12; installs Debian's Jupyter through apt-get if it is missing.
set -u
cd "$(dirname "$0")/../../.." || exit 1
root=$PWD
python=/usr/bin/python3
if ! $python -c 'import jupyter_kernel_test, nbconvert, nbclient' 2>/dev/null; then
	apt-get update -qq && apt-get install -y -qq --no-install-recommends jupyter-nbconvert jupyter-client python3-jupyter-kernel-test python3-nbclient python3-ipykernel || exit 1
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export JUPYTER_DATA_DIR="$dir/data" JUPYTER_CONFIG_DIR="$dir/config" JUPYTER_RUNTIME_DIR="$dir/run" UACS_KERNEL=uacs-go
mkdir -p "$JUPYTER_RUNTIME_DIR"
go build -o "$dir/uacs" ./harness/cmd/uacs && "$dir/uacs" kernel install --name uacs-go && "$dir/uacs" kernel warm || exit 1
status=0
summary=
step() {
	name=$1
	shift
	begin=$(date +%s)
	if "$@" >"$dir/log" 2>&1; then result=ok; else result=FAIL status=1; cat "$dir/log"; fi
	summary="$summary$result	$(($(date +%s) - begin)) s	$name	$(grep -E '^(Ran|[0-9]+ (of|cells))' "$dir/log" | tr '\n' ' ')
"
}
step conformance $python harness/kernel/testdata/conformance.py
step language $python harness/kernel/testdata/language.py
step protocol $python harness/kernel/testdata/protocol.py
step stress $python harness/kernel/testdata/stress.py
for nb in notebooks/*.ipynb; do
	step "$nb" /usr/bin/jupyter nbconvert --to notebook --execute --ExecutePreprocessor.kernel_name=uacs-go --ExecutePreprocessor.timeout=600 --output-dir "$dir" "$root/$nb"
done
printf '\n%s' "$summary"
exit $status
