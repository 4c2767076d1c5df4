#!/bin/sh
# Runs every fuzz target of the project for a number of executions and prints what came
# of it as a table.
#
#	sh harness/soak/testdata/fuzz.sh [EXECUTIONS [PACKAGE:TARGET...]]
#
# EXECUTIONS is for each target, 5000000 if it is left out; a target that has had them,
# by the ledger, is not run again. The ledger is .cache/fuzz.tsv, or the file that
# LEDGER names: a line for each run with package, target, executions, corpus, findings,
# seconds. Give EXECUTIONS as 0 to print the table alone. WORKERS is how many processes
# there are at once, 2 if it is not set. An input that was found to fail stands where
# go test writes it, in testdata/fuzz of its package, and the exit code is 1.
#
# The last line is "fuzz: T targets, E executions, F findings, B below N".
set -eu
cd "$(dirname "$0")/../../.."
count=${1:-5000000}
[ $# -eq 0 ] || shift
ledger=${LEDGER:-.cache/fuzz.tsv}
mkdir -p "$(dirname "$ledger")"
touch "$ledger"
[ ! -d /dev/shm ] || export TMPDIR="${TMPDIR:-/dev/shm}" # targets that write files write to memory
tool="sh $PWD/harness/soak/testdata/instrument.sh"

targets() {
	grep -rnE --include='*_test.go' '^func Fuzz[A-Za-z0-9]*\(f \*testing\.F\)' . |
		sed -E 's|^\./(.*)/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9]*).*|\1:\2|' | LC_ALL=C sort
}

done_by() { # done_by PACKAGE TARGET: executions so far
	awk -F '\t' -v p="$1" -v t="$2" '$1 == p && $2 == t {n += $3} END {print n + 0}' "$ledger"
}

run() { # run PACKAGE TARGET EXECUTIONS
	log=$(mktemp)
	begin=$(date +%s)
	status=0
	go test -vet=off -toolexec "$tool" -run '^$' -fuzz "^$2\$" -fuzztime "$3x" -fuzzminimizetime 5x -parallel "${WORKERS:-2}" "./$1" >"$log" 2>&1 || status=$?
	execs=$(sed -n 's/.*execs: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
	corpus=$(sed -n 's/.*(total: \([0-9]*\)).*/\1/p' "$log" | tail -n 1)
	found=0
	if [ "$status" != 0 ]; then
		found=$(grep -c 'Failing input written to' "$log" || true)
		tail -n 20 "$log" >&2
	fi
	rm -f "$log"
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "${execs:-0}" "${corpus:-0}" "$found" $(($(date +%s) - begin)) >>"$ledger"
}

if [ "$count" != 0 ]; then
	for one in ${*:-$(targets)}; do
		left=$((count - $(done_by "${one%:*}" "${one#*:}")))
		[ "$left" -le 0 ] || run "${one%:*}" "${one#*:}" "$left"
	done
fi

echo "| package | target | executions | corpus | findings |"
echo "|---|---|---:|---:|---:|"
targets | awk -F '\t' -v least="$count" '
	function grouped(n,  s) {
		for (s = ""; n >= 1000; n = int(n / 1000)) s = sprintf(",%03d%s", n % 1000, s)
		return n s
	}
	NR == FNR {runs[$1 ":" $2] += $3; corpus[$1 ":" $2] = $4; found[$1 ":" $2] += $5; next}
	{
		split($0, name, ":")
		printf "| `%s` | %s | %s | %d | %d |\n", name[1], name[2], grouped(runs[$0] + 0), corpus[$0], found[$0]
		all += runs[$0]; bad += found[$0]; n++
		if (runs[$0] < least) below++
	}
	END {
		printf "fuzz: %d targets, %s executions, %d findings, %d below %s\n", n, grouped(all + 0), bad, below, grouped(least)
		exit bad > 0
	}' "$ledger" -
