// Package worker runs notebook cells in a process of their own, so that
// whatever a cell does to its process, the notebook's kernel can say what
// happened and go on. Most readers want [Start] and [Process.Execute]; the
// program that is started is the package's folder host.
//
// Requests and events are JSON values on two pipes. What cells write to
// descriptors 1 and 2 comes through two more; a mark in them that belongs to
// each event keeps text and events in order.
package worker

import "fmt"

// A Request is what the supervisor asks of the process.
type Request struct {
	// Op is execute, interrupt, complete, inspect, iscomplete or input.
	Op     string
	Code   string // for input the line
	Cursor int    // a byte offset
	// Count and Declare are those of a Cell.
	Count   int
	Declare bool
	Err     string // why no line could be had
}

// A Cell is what Execute runs.
type Cell struct {
	Code string
	// Count is n in the In[n] of tracebacks; 0 is one more than the last one's.
	Count int
	// Declare says that only the names are to be declared, with zero values: no
	// statement runs.
	Declare bool
}

// A Match is one completion and its kind.
type Match struct{ Text, Kind string }

// An Event is what the process says.
type Event struct {
	// Kind is stdout, stderr, display, update, result, clear, input, pager, done or
	// reply.
	Kind string
	// Text is what a stream got, the prompt of an input or the text of a pager.
	Text string `json:",omitempty"`
	// Data and Metadata belong to display, update and result; ID names a display.
	Data, Metadata map[string]any `json:",omitempty"`
	ID             string         `json:",omitempty"`
	// Flag is wait for clear, password for input.
	Flag bool `json:",omitempty"`
	// Failure is the error of a cell, in done.
	Failure *Failure `json:",omitempty"`
	// Start, End, Matches, Found and Status answer questions about code.
	Start, End int     `json:",omitempty"`
	Matches    []Match `json:",omitempty"`
	Found      bool    `json:",omitempty"`
	Status     string  `json:",omitempty"`
	// Seq is the number of the mark in both streams that belongs here.
	Seq int `json:",omitempty"`
}

// A Failure is the error of a cell.
type Failure struct {
	Name, Message string
	Line          int
	Traceback     []string
	// Lost says that the process has ended and the state of the cells with it.
	Lost bool
}

// Error returns the name and the message.
func (f *Failure) Error() string { return f.Name + ": " + f.Message }

// Mark returns the bytes that stand in both streams where event seq belongs.
func Mark(token string, seq int) string { return fmt.Sprintf("\x00%s:%d\x00", token, seq) }
