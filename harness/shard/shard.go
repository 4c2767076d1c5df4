// Package shard says which part of the work this process does: part i of n, as
// its command line or its batch system tells it. Work is dealt out by name, not
// by place, so that a clip or a cell stays where it is when others come or go.
//
// Most readers want [Of] and [Part.Holds]. The package starts no process and knows
// no network: what parts wrote is united by cache.Merge and ablation.Merge, for
// which neither order nor repetition matters.
//
// # What a batch system says
//
//	system       index                         number of parts
//	Slurm        SLURM_ARRAY_TASK_ID           SLURM_ARRAY_TASK_COUNT
//	Kubernetes   JOB_COMPLETION_INDEX          UACS_SHARDS
//
// Slurm's ids are counted from SLURM_ARRAY_TASK_MIN in steps of
// SLURM_ARRAY_TASK_STEP (1 if absent). UACS_SHARDS, where it is set, is the number
// of parts for Slurm too, and ids then count from 0: an array of a few ids, sent
// again after a failure, would otherwise take itself for the whole.
package shard

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"

	"uacs/internal/hint"
)

// Auto is the text for which [Of] looks into the environment.
const Auto = "auto"

// Part is part I, from 0, of N. The zero value is the whole.
type Part struct{ I, N int }

// Parse reads "i/n" with i from 1 to n, as people count, in plain decimal.
func Parse(text string) (Part, error) {
	var p Part
	if n, err := fmt.Sscanf(text, "%d/%d", &p.I, &p.N); n != 2 || err != nil || text != fmt.Sprintf("%d/%d", p.I, p.N) || p.I < 1 || p.I > p.N {
		return Part{}, fmt.Errorf("shard %q is not i/n with 1 ≤ i ≤ n", text)
	}
	p.I--
	return p, nil
}

// Of returns the part that text names: "i/n", the whole for "", or for [Auto] what
// the environment says. getenv is os.Getenv. An environment of no batch system, of
// two, and one whose numbers do not fit are errors with a hint.
func Of(text string, getenv func(string) string) (Part, error) {
	switch text {
	case "":
		return Part{}, nil
	case Auto:
		return fromEnv(getenv)
	}
	return Parse(text)
}

func fromEnv(getenv func(string) string) (Part, error) {
	slurm, kube := getenv("SLURM_ARRAY_TASK_ID"), getenv("JOB_COMPLETION_INDEX")
	switch {
	case slurm != "" && kube != "":
		return Part{}, hint.Add(fmt.Errorf("shard auto: SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are both set"), "say which part with --shard i/n")
	case slurm != "":
		return fromSlurm(getenv, slurm)
	case kube != "":
		e := env{get: getenv}
		p := Part{e.number("JOB_COMPLETION_INDEX", -1), e.number("UACS_SHARDS", -1)}
		return p.checked(e.err)
	}
	return Part{}, hint.Add(fmt.Errorf("shard auto: neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set"),
		"run it as a task of a job array or of an indexed job, or give --shard i/n")
}

func fromSlurm(getenv func(string) string, id string) (Part, error) {
	e := env{get: getenv}
	index := e.number("SLURM_ARRAY_TASK_ID", -1)
	if getenv("UACS_SHARDS") != "" {
		return Part{index, e.number("UACS_SHARDS", -1)}.checked(e.err)
	}
	first, step := e.number("SLURM_ARRAY_TASK_MIN", 0), e.number("SLURM_ARRAY_TASK_STEP", 1)
	n := e.number("SLURM_ARRAY_TASK_COUNT", -1)
	if e.err == nil && (step < 1 || (index-first)%step != 0) {
		return Part{}, Part{}.wrong(fmt.Errorf("task %s of an array from %d in steps of %d", id, first, step))
	}
	return Part{(index - first) / max(step, 1), n}.checked(e.err)
}

// env reads numbers, and keeps the first error.
type env struct {
	get func(string) string
	err error
}

// number reads a variable; absent is what it is if it is not set, and -1 refuses that.
func (e *env) number(name string, absent int) int {
	text := e.get(name)
	if text == "" && absent >= 0 {
		return absent
	}
	n, err := strconv.Atoi(text)
	if (err != nil || n < 0) && e.err == nil {
		e.err = fmt.Errorf("%s is %q, not a number", name, text)
	}
	return n
}

func (p Part) checked(err error) (Part, error) {
	if err == nil && (p.N < 1 || p.I < 0 || p.I >= p.N) {
		err = fmt.Errorf("part %d, from 0, of %d", p.I, p.N)
	}
	if err != nil {
		return Part{}, p.wrong(err)
	}
	return p, nil
}

func (Part) wrong(err error) error {
	return hint.Add(fmt.Errorf("shard auto: %w", err), "number the tasks from 0 and set UACS_SHARDS to how many there are")
}

// String returns "i/n" with i from 1.
func (p Part) String() string { return fmt.Sprintf("%d/%d", p.I+1, max(p.N, 1)) }

// Holds reports whether the part has the work of that name: the first eight bytes,
// big-endian, of the name's SHA-256 are I modulo N. Every name is in exactly one of
// N parts.
func (p Part) Holds(name string) bool {
	if p.N <= 1 {
		return true
	}
	sum := sha256.Sum256([]byte(name))
	return int(binary.BigEndian.Uint64(sum[:8])%uint64(p.N)) == p.I
}
