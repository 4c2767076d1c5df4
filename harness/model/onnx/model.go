//go:build cgo

package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	ort "github.com/yalue/onnxruntime_go"

	"uacs/harness/model/onnxfile"
	"uacs/internal/hint"
)

// Model is an open model. Its methods may be called from several goroutines.
type Model struct {
	s      *session
	closed atomic.Bool
}

// session is what all [Model] values of the same file share.
type session struct {
	key    key
	refs   int // guarded by sessions
	file   *onnxfile.Model
	feeds  []onnxfile.Value
	digest string
	names  []string // of the outputs
	slots  chan struct{}

	running sync.RWMutex // held for reading by each run
	ort     *ort.DynamicAdvancedSession
}

type key struct {
	digest string
	o      Options
}

var sessions = struct {
	sync.Mutex
	byKey map[key]*session
}{byKey: map[key]*session{}}

// Open opens the model file at path; [Init] must have been called. Files with
// the same bytes opened with the same options share one session. [Model.Close]
// must be called when the model is no longer needed.
func Open(path string, o Options) (*Model, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return OpenBytes(path, data, o)
}

// OpenBytes is Open for a file already read, called name in errors.
func OpenBytes(name string, data []byte, o Options) (*Model, error) {
	o, err := o.complete()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if Version() == "" {
		return nil, errors.New("onnx: Open before Init")
	}
	sum := sha256.Sum256(data)
	k := key{hex.EncodeToString(sum[:]), o}
	sessions.Lock()
	defer sessions.Unlock()
	s := sessions.byKey[k]
	if s == nil {
		if s, err = newSession(name, data, k); err != nil {
			return nil, err
		}
		sessions.byKey[k] = s
	}
	s.refs++
	return &Model{s: s}, nil
}

func newSession(name string, data []byte, k key) (*session, error) {
	file, err := onnxfile.Decode(name, data)
	if err != nil {
		return nil, err
	}
	s := &session{key: k, file: file, feeds: file.Feeds(), digest: k.digest}
	if err := s.checkSpecs(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var inputs []string
	for _, v := range s.feeds {
		inputs = append(inputs, v.Name)
	}
	for _, v := range file.Outputs {
		s.names = append(s.names, v.Name)
	}
	slots := 1
	if k.o.Mode == Throughput {
		slots = runtime.GOMAXPROCS(0)
	}
	s.slots = make(chan struct{}, slots)
	options, err := sessionOptions(k.o)
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	if s.ort, err = ort.NewDynamicAdvancedSessionWithONNXData(data, inputs, s.names, options); err != nil {
		err = fmt.Errorf("%s: the ONNX Runtime does not take the model: %w", name, err)
		return nil, hint.Add(err, "see what it is made of: uacs model show %s", name)
	}
	library.Lock()
	library.open++
	library.Unlock()
	// What was read from data is kept; the weights are the library's now.
	drop(file)
	return s, nil
}

// drop lets go of the weights, and so of the file's bytes.
func drop(m *onnxfile.Model) { m.Initializers, m.Nodes, m.Hidden = nil, nil, nil }

func sessionOptions(o Options) (*ort.SessionOptions, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	spin := "0"
	if o.Spin {
		spin = "1"
	}
	err = errors.Join(
		options.SetIntraOpNumThreads(o.Threads),
		options.SetInterOpNumThreads(1),
		options.AddSessionConfigEntry("session.intra_op.allow_spinning", spin),
		options.SetLogSeverityLevel(ort.LoggingLevelFatal),
	)
	if err != nil {
		options.Destroy()
		return nil, err
	}
	return options, nil
}

// checkSpecs refuses models whose inputs or outputs this package cannot carry.
func (s *session) checkSpecs() error {
	if len(s.feeds) == 0 || len(s.file.Outputs) == 0 {
		return fmt.Errorf("it has %d inputs and %d outputs", len(s.feeds), len(s.file.Outputs))
	}
	for _, v := range slices.Concat(s.feeds, s.file.Outputs) {
		if !supported(v.Type) {
			return fmt.Errorf("%q holds %v, and only float32, int64 and int32 are supported", v.Name, v.Type)
		}
	}
	return nil
}

// Inputs returns what a run must be given, in the order of the file.
func (m *Model) Inputs() []onnxfile.Value { return slices.Clone(m.s.feeds) }

// Outputs returns what a run makes, in the order of the file.
func (m *Model) Outputs() []onnxfile.Value { return slices.Clone(m.s.file.Outputs) }

// Metadata returns the texts in the file by key.
func (m *Model) Metadata() map[string]string {
	out := make(map[string]string, len(m.s.file.Metadata))
	for _, e := range m.s.file.Metadata {
		out[e.Key] = e.Value
	}
	return out
}

// Digest is the SHA-256 of the file, in hex.
func (m *Model) Digest() string { return m.s.digest }

// Close lets go of the model. The last Close of a file's models waits for runs
// that go on and frees the session. A second Close does nothing.
func (m *Model) Close() error {
	if m.closed.Swap(true) {
		return nil
	}
	sessions.Lock()
	defer sessions.Unlock()
	s := m.s
	if s.refs--; s.refs > 0 {
		return nil
	}
	delete(sessions.byKey, s.key)
	s.running.Lock()
	defer s.running.Unlock()
	err := s.ort.Destroy()
	s.ort = nil
	library.Lock()
	library.open--
	library.Unlock()
	return err
}
