#!/bin/sh
# Builds and vets the program for other systems, without C, and compares the numbers
# of linux/arm64 with those of this machine, digit for digit, under qemu-user-static
# where that is installed (apt-get install qemu-user-static).
#
#	sh harness/soak/testdata/cross.sh [EXPERIMENT...]
#
# Experiments are synthetic ones; without a name, everything that uacs reproduce makes
# where there is no data: a quarter of an hour of one processor under qemu. PDF and PNG are views of the figures, which
# are not compared. The last line is "cross: B built, V vetted, F files equal, D differing".
set -eu
cd "$(dirname "$0")/../../.."
export CGO_ENABLED=0 GOAMD64=v1
export UACS_MIRROR=
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

built=0 vetted=0
for target in linux/arm64 darwin/arm64; do
	export GOOS="${target%/*}" GOARCH="${target#*/}"
	go build -trimpath -o "$dir/uacs-$GOOS-$GOARCH" ./harness/cmd/uacs
	built=$((built + 1))
	go vet ./...
	vetted=$((vetted + 1))
done
unset GOOS GOARCH

equal=0 differing=0
qemu=$(command -v qemu-aarch64-static || true)
if [ -n "$qemu" ]; then
	go build -trimpath -o "$dir/uacs-native" ./harness/cmd/uacs
	mkdir "$dir/native" "$dir/arm64"
	cp -r configs "$dir/native/" && cp -r configs "$dir/arm64/"
	(cd "$dir/native" && "$dir/uacs-native" reproduce "$@" >/dev/null 2>&1)
	(cd "$dir/arm64" && "$qemu" "$dir/uacs-linux-arm64" reproduce "$@" >/dev/null 2>&1)
	for f in $(cd "$dir/native" && find results figures -type f ! -name '*.pdf' ! -name '*.png' | sort); do
		if cmp -s "$dir/native/$f" "$dir/arm64/$f"; then
			equal=$((equal + 1))
		else
			differing=$((differing + 1))
			echo "differs: $f" >&2
			case $f in *.md | *.csv | *.jsonl) diff "$dir/native/$f" "$dir/arm64/$f" | head -n 6 >&2 || true ;; esac
		fi
	done
else
	echo "cross: no qemu-aarch64-static: numbers are not compared" >&2
fi
echo "cross: $built built, $vetted vetted, $equal files equal, $differing differing"
[ "$differing" = 0 ]
