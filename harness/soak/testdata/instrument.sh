#!/bin/sh
# Runs a tool of the Go compiler, as go test -toolexec asks for it, and leaves the
# counters of fuzzing out of all packages but this project's. Each execution clears and
# reads all counters: without those of the libraries there are some seven times as many
# executions a second.
set -eu
tool=$1
shift
case $tool in
*/compile) ;;
*) exec "$tool" "$@" ;;
esac
if [ "$*" = -V=full ]; then # what is compiled so has a place of its own in the build cache
	"$tool" -V=full | sed 's/$/ uacs-fuzz/'
	exit
fi
own= last=
for arg; do
	if [ "$last" = -p ]; then
		case $arg in uacs/*) own=yes ;; esac
	fi
	last=$arg
done
if [ -z "$own" ]; then
	for arg; do
		shift
		[ "$arg" = -d=libfuzzer ] || set -- "$@" "$arg"
	done
fi
exec "$tool" "$@"
