package chattest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is a way to misbehave.
type Fault string

// The faults.
const (
	None            Fault = ""
	TooMany         Fault = "429"              // HTTP 429 without Retry-After
	TooManyWait     Fault = "429-retry-after"  // HTTP 429 with Retry-After: 2
	TooManyLong     Fault = "429-long"         // HTTP 429 with Retry-After: 7200
	Internal        Fault = "500"              // HTTP 500 with OpenAI's error
	HTMLError       Fault = "502-html"         // HTTP 502 with a web page
	Hang            Fault = "hang"             // no answer until the client goes
	Reset           Fault = "reset"            // the connection is cut before the header
	Cut             Fault = "cut"              // the connection is cut within the body
	Drip            Fault = "drip"             // a byte at a time, for ever
	BadJSON         Fault = "bad-json"         // HTTP 200 with half a document
	HTML            Fault = "html"             // HTTP 200 with a web page
	ErrorBody       Fault = "error-body"       // HTTP 200 with an error
	NoChoices       Fault = "no-choices"       // HTTP 200 with choices: []
	NoLogprobs      Fault = "no-logprobs"      // an answer without log-probabilities
	Length          Fault = "length"           // an answer that stopped at the limit
	Filter          Fault = "content-filter"   // an answer that was filtered
	Unauthorized    Fault = "401"              // HTTP 401 that quotes the key
	BadRequest      Fault = "400"              // HTTP 400
	NotFound        Fault = "404"              // HTTP 404
	Redirect        Fault = "307"              // HTTP 307
	QuotaUsedUp     Fault = "429-quota"        // HTTP 429 with insufficient_quota
	Huge            Fault = "huge"             // a body of 17 MiB
	EmptyText       Fault = "empty"            // an answer of no text
	ForeignContents Fault = "foreign-contents" // JSON of another shape
)

// Call is a request that the server got.
type Call struct {
	// Dataset, Split, Clip, Round and Sample are from the header X-Client-Request-Id;
	// empty without it.
	Dataset, Split, Clip string
	Round, Sample        int
	// ID is that header, Attempt counts the calls with it from 1.
	ID      string
	Attempt int
	// Body is the request's body, Authorization its header.
	Body          []byte
	Authorization string
}

// Answer is a completion to send.
type Answer struct {
	Text string
	// Tokens are the answer's tokens; nil sends no log-probabilities.
	Tokens []Token
	// Model is what the server calls itself; "" is the name in the request.
	Model string
	// TokensIn and TokensOut are the usage; both 0 sends none.
	TokensIn, TokensOut int
	// Raw is sent instead of all else if it is not nil.
	Raw []byte
}

// Token is a token with its alternatives.
type Token struct {
	Text    string
	Logprob float64
	Top     []Token
}

// Answerer says what to answer. It is called from several goroutines.
type Answerer func(Call) Answer

// Script says how to misbehave at a call. It is called from several goroutines.
type Script func(Call) Fault

// Sequence is a script that misbehaves in every call's first attempts, in order,
// and answers those that follow.
func Sequence(faults ...Fault) Script {
	return func(c Call) Fault {
		if c.Attempt <= len(faults) {
			return faults[c.Attempt-1]
		}
		return None
	}
}

// Mix is a script that misbehaves at random in a share of all attempts, by one of
// faults. It depends on seed, call and attempt, not on the order of calls.
func Mix(seed uint64, share float64, faults ...Fault) Script {
	return func(c Call) Fault {
		h := fnv.New64a()
		io.WriteString(h, c.ID)
		rng := rand.New(rand.NewPCG(seed, h.Sum64()+uint64(c.Attempt)))
		if rng.Float64() >= share {
			return None
		}
		return faults[rng.IntN(len(faults))]
	}
}

// Server is a server on a loopback address.
type Server struct {
	// URL is the base URL of its endpoints.
	URL    string
	http   *httptest.Server
	answer Answerer
	script Script
	closed chan struct{}

	mu       sync.Mutex
	attempts map[string]int
	answered map[string]int
	last     Call
}

// NewServer starts a server; script may be nil. Close ends it.
func NewServer(answer Answerer, script Script) *Server {
	s := &Server{answer: answer, script: script, closed: make(chan struct{}), attempts: map[string]int{}, answered: map[string]int{}}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL + "/v1"
	return s
}

// Close ends the server and all that hangs.
func (s *Server) Close() {
	close(s.closed)
	s.http.CloseClientConnections()
	s.http.Close()
}

// Answered returns how often each call was answered in full, by its ID. More than
// once is paid twice.
func (s *Server) Answered() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for id, n := range s.answered {
		out[id] = n
	}
	return out
}

// Calls returns the number of requests that came.
func (s *Server) Calls() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.attempts {
		n += k
	}
	return n
}

// Last returns the request that came last.
func (s *Server) Last() Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/v1/chat/completions" {
		http.Error(w, "not here", http.StatusNotFound)
		return
	}
	call := parseCall(r.Header.Get("X-Client-Request-Id"))
	call.Body, call.Authorization = body, r.Header.Get("Authorization")
	s.mu.Lock()
	s.attempts[call.ID]++
	call.Attempt = s.attempts[call.ID]
	s.last = call
	s.mu.Unlock()
	fault := None
	if s.script != nil {
		fault = s.script(call)
	}
	s.reply(w, r, call, fault)
}

func parseCall(id string) Call {
	c := Call{ID: id}
	fields := strings.Split(id, "/")
	if len(fields) != 5 {
		return c
	}
	for i, f := range fields {
		if text, err := url.PathUnescape(f); err == nil {
			fields[i] = text
		}
	}
	c.Dataset, c.Split, c.Clip = fields[0], fields[1], fields[2]
	c.Round, _ = strconv.Atoi(fields[3])
	c.Sample, _ = strconv.Atoi(fields[4])
	return c
}

func (s *Server) reply(w http.ResponseWriter, r *http.Request, call Call, fault Fault) {
	switch fault {
	case Hang:
		s.hang(r)
		return
	case Reset:
		panic(http.ErrAbortHandler)
	case Drip:
		w.Header().Set("Content-Type", "application/json")
		s.drip(w, r)
		return
	case Cut:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, `{"id":"x","choices":[`)
		panic(http.ErrAbortHandler)
	case Huge:
		w.Header().Set("Content-Type", "application/json")
		for range 17 {
			w.Write(make([]byte, 1<<20))
		}
		return
	}
	if canned, ok := responses[fault]; ok {
		for name, value := range canned.header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(canned.status)
		io.WriteString(w, strings.ReplaceAll(canned.body, "{authorization}", call.Authorization))
		return
	}
	data := encode(s.answer(call), call, fault)
	s.mu.Lock()
	s.answered[call.ID]++
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Write(data)
}

func (s *Server) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.closed:
	}
}

func (s *Server) drip(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		select {
		case <-s.closed:
			return
		case <-time.After(time.Millisecond):
		}
		if _, err := io.WriteString(w, " "); err != nil {
			return
		}
		w.(http.Flusher).Flush()
	}
}

type canned struct {
	status int
	header map[string]string
	body   string
}

var asJSON = map[string]string{"Content-Type": "application/json"}

var responses = map[Fault]canned{
	TooMany:         {429, asJSON, `{"error":{"message":"slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}`},
	TooManyWait:     {429, map[string]string{"Content-Type": "application/json", "Retry-After": "2"}, `{"error":{"message":"slow down"}}`},
	TooManyLong:     {429, map[string]string{"Content-Type": "application/json", "Retry-After": "7200"}, `{"error":{"message":"come back later"}}`},
	QuotaUsedUp:     {429, asJSON, `{"error":{"message":"no money left","type":"insufficient_quota","code":"insufficient_quota"}}`},
	Internal:        {500, asJSON, `{"error":{"message":"out of memory","type":"server_error"}}`},
	HTMLError:       {502, map[string]string{"Content-Type": "text/html"}, "<html><h1>502 Bad Gateway</h1></html>"},
	HTML:            {200, map[string]string{"Content-Type": "text/html"}, "<html>Please log in</html>"},
	BadJSON:         {200, asJSON, `{"id":"x","choices":[{"index":0,"mess`},
	ErrorBody:       {200, asJSON, `{"error":{"message":"the worker died","type":"server_error"}}`},
	NoChoices:       {200, asJSON, `{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[]}`},
	ForeignContents: {200, asJSON, `[1,2,3]`},
	Unauthorized:    {401, asJSON, `{"error":{"message":"wrong key: {authorization}","type":"authentication_error"}}`},
	BadRequest:      {400, asJSON, `{"object":"error","message":"the prompt is too long","type":"BadRequestError","code":400}`},
	NotFound:        {404, asJSON, `{"error":{"message":"no such model","code":"model_not_found"}}`},
	Redirect:        {307, map[string]string{"Location": "http://127.0.0.1:1/v1"}, ""},
}

// encode writes an answer in OpenAI's format.
func encode(a Answer, call Call, fault Fault) []byte {
	if a.Raw != nil {
		return a.Raw
	}
	finish := "stop"
	switch fault {
	case Length:
		finish = "length"
	case Filter:
		finish, a.Text, a.Tokens = "content_filter", "", nil
	case NoLogprobs:
		a.Tokens = nil
	case EmptyText:
		a.Text = ""
	}
	choice := map[string]any{
		"index": 0, "finish_reason": finish, "message": map[string]any{"role": "assistant", "content": a.Text}, "logprobs": nil,
	}
	if a.Tokens != nil {
		choice["logprobs"] = map[string]any{"content": encodeTokens(a.Tokens, true)}
	}
	out := map[string]any{"id": "chatcmpl-test", "object": "chat.completion", "created": 1, "model": a.Model, "choices": []any{choice}}
	if a.Model == "" {
		var request struct{ Model string }
		if json.Unmarshal(call.Body, &request) == nil {
			out["model"] = request.Model
		}
	}
	if a.TokensIn+a.TokensOut > 0 {
		out["usage"] = map[string]any{"prompt_tokens": a.TokensIn, "completion_tokens": a.TokensOut, "total_tokens": a.TokensIn + a.TokensOut}
	}
	data, err := json.Marshal(out)
	if err != nil {
		panic(fmt.Sprintf("chattest: an answer that JSON cannot write: %v", err))
	}
	return data
}

func encodeTokens(tokens []Token, generated bool) []any {
	out := []any{}
	for _, t := range tokens {
		octets := []int{}
		for _, b := range []byte(t.Text) {
			octets = append(octets, int(b))
		}
		token := map[string]any{"token": t.Text, "bytes": octets, "logprob": t.Logprob}
		if generated {
			token["top_logprobs"] = encodeTokens(t.Top, false)
		}
		out = append(out, token)
	}
	return out
}
