#!/bin/sh
# A job array end to end, under a real Slurm that listens on loopback only: ten tasks,
# of which one is cancelled while it runs and sent again, and one is put back into the
# queue while it runs, then the merge that depends on them. What comes of it must have the bytes of
# one serial run. Needs root and Debian's slurm-wlm and munge, which it installs where
# they are missing.
#
#	sh harness/soak/testdata/slurm.sh [UACS]
#
# UACS is the program, bin/uacs if it is left out. The last line is
# "slurm: N tasks, C cancelled, R requeued, F files equal, D differing".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../../.." && pwd)
UACS=$(realpath "${1:-$project/bin/uacs}")
export UACS

if ! command -v slurmctld munged >/dev/null; then
	apt-get update -qq && apt-get install -y -qq slurm-wlm munge >/dev/null
fi
dir=$(mktemp -d)
chmod 755 "$dir"
munge=
stop() {
	for pid in "$dir"/slurmd.*.pid "$dir"/slurmctld.pid; do
		[ ! -s "$pid" ] || kill "$(cat "$pid")" 2>/dev/null || true
	done
	sleep 2
	[ -z "$munge" ] || kill "$munge" 2>/dev/null || true
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' INT TERM

# The daemons.
mkdir -p "$dir/ctld" "$dir/d/n1" "$dir/d/n2" "$dir/log" "$dir/munge"
dd if=/dev/urandom of="$dir/munge/key" bs=128 count=1 2>/dev/null
chmod 600 "$dir/munge/key"
munged --foreground --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munge/pid" \
	--seed-file="$dir/munge/seed" --log-file="$dir/munge/log" 2>/dev/null &
munge=$!
sed "s|@DIR@|$dir|g" "$here/slurm.conf" >"$dir/slurm.conf"
export SLURM_CONF="$dir/slurm.conf"
wait_for() { # wait_for SECONDS COMMAND...
	left=$1
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || { echo "slurm: gave up waiting for: $*" >&2; tail -n 20 "$dir"/log/* >&2; exit 1; }
		sleep 1
	done
}
wait_for 10 test -S "$dir/munge/socket"
slurmctld -c
slurmd -N n1
slurmd -N n2
idle() { [ "$(sinfo -h -N -o %t | grep -c idle)" = 2 ]; }
wait_for 60 idle
if ss -ltnp | grep -E 'slurm(ctld|d)' | grep -v '127\.0\.0\.1:'; then
	echo "slurm: a daemon listens beyond loopback" >&2
	exit 1
fi

# The serial run.
export PLAN=synth-mosi-grid LIVE=configs/live/synth-mosi-live.yaml
fresh() { mkdir -p "$dir/$1" && cp -r "$project/configs" "$dir/$1/" && cd "$dir/$1"; }
fresh serial
"$UACS" ablate "$PLAN" >/dev/null
"$UACS" run -c "$LIVE" --out results/live >/dev/null 2>&1

# The array.
fresh array
job=$(sbatch --parsable --array=0-9%2 configs/cluster/slurm.sbatch)
running() { [ "$(squeue -h -j "${job}_0,${job}_1" -o %T | grep -c RUNNING)" = 2 ]; }
wait_for 30 running
scancel "${job}_1"
scontrol requeue "${job}_0"
sleep 1
again=$(sbatch --parsable --dependency="afterany:$job" --array=1 --export=ALL,UACS_SHARDS=10 configs/cluster/slurm.sbatch)
merge=$(sbatch --parsable --dependency="afterany:$job,afterok:$again" configs/cluster/slurm.sbatch)
merged() { grep "^JobId=$merge " "$dir/log/jobcomp.log"; }
wait_for 300 merged
merged | grep -q 'JobState=COMPLETED' || { cat uacs-*.log >&2; exit 1; }
shows() { # shows TASK TEXT: how often Slurm's account of the task has the text
	scontrol show job "${job}_$1" | grep -c "$2" || true
}
cancelled=$(shows 1 JobState=CANCELLED)
requeued=$(shows 0 Restarts=1)
tasks=$(find .cache/shards/cells/"$PLAN" -name 'cells-*-of-10.jsonl' | wc -l)

# The comparison.
cd "$dir"
equal=0 differing=0
for f in $(cd serial && find results figures -type f | sort); do
	if cmp -s "serial/$f" "array/$f"; then
		equal=$((equal + 1))
	else
		differing=$((differing + 1))
		echo "differs: $f" >&2
	fi
done
echo "slurm: $tasks tasks, $cancelled cancelled, $requeued requeued, $equal files equal, $differing differing"
[ "$differing" = 0 ] && [ "$equal" -gt 0 ] && [ "$tasks$cancelled$requeued" = 1011 ]
