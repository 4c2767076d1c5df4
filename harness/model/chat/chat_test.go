package chat_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"uacs/harness/model/chat"
	"uacs/harness/model/chat/chattest"
	"uacs/harness/sample"
)

const configs = "../../../configs"

func loadPrompt(t testing.TB, name string) *chat.Prompt {
	t.Helper()
	p, err := chat.LoadPrompt(os.DirFS(configs), "prompts/"+name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// endpoint is a quick endpoint at url.
func endpoint(url string) chat.Endpoint {
	e := chat.EndpointDefaults()
	e.Name, e.Title, e.BaseURL, e.Model = "test", "a test", url, "hand-made"
	e.Parts = []string{"image", "audio", "video"}
	e.Decoding.MaxTokens, e.Decoding.Logprobs, e.Decoding.TopLogprobs = 16, true, 5
	e.Retry.Attempts, e.Limits.DeadlineSeconds = 3, 5
	e.Price = &chat.Price{In: 1, Out: 10, Source: "made up"}
	return e
}

func request(id string) chat.Request {
	return chat.Request{Dataset: "synth-mosi", Split: sample.Test, ID: id, Round: 1, Transcript: "a fine film", Min: -3, Max: 3}
}

func requests(n int) []chat.Request {
	out := make([]chat.Request, n)
	for i := range out {
		out[i] = request(fmt.Sprintf("v[%d] /x", i))
	}
	return out
}

// positive answers every call with one label, by hand: p = 0.75, 0.15, 0.1.
func positive(chattest.Call) chattest.Answer {
	top := []chattest.Token{{Text: "positive", Logprob: -0.2876820724517809}, {Text: "neutral", Logprob: -1.8971199848858813}, {Text: "negative", Logprob: -2.302585092994046}}
	return chattest.Answer{Text: "positive", Tokens: []chattest.Token{{Text: "positive", Logprob: top[0].Logprob, Top: top}}, TokensIn: 100, TokensOut: 1}
}

type setup struct {
	prompt string
	key    string
	change func(*chat.Endpoint)
	lookup chat.Lookup
}

// ask runs requests against server and returns the answers by index.
func ask(t *testing.T, server *chattest.Server, s setup, requests []chat.Request) ([]*sample.Prediction, chat.Summary, *bytes.Buffer, error) {
	t.Helper()
	e := endpoint(server.URL)
	if s.change != nil {
		s.change(&e)
	}
	if s.prompt == "" {
		s.prompt = "label-en"
	}
	log := new(bytes.Buffer)
	r, err := chat.NewRunner(chat.Options{
		Endpoint: e, Prompt: loadPrompt(t, s.prompt), Client: chat.NewClient(e, s.key), Clock: new(chattest.Clock),
		Lookup: s.lookup, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]*sample.Prediction, len(requests))
	summary, err := r.Run(context.Background(), requests, func(result chat.Result) error {
		if out[result.Index] != nil {
			t.Errorf("request %d was saved twice", result.Index)
		}
		if err := result.Prediction.Validate(); err != nil {
			t.Errorf("request %d: %v", result.Index, err)
		}
		p := result.Prediction
		out[result.Index] = &p
		return nil
	})
	return out, summary, log, err
}

func TestConfigs(t *testing.T) {
	for _, kind := range []string{"endpoints", "prompts"} {
		files, err := filepath.Glob(configs + "/" + kind + "/*.yaml")
		if err != nil || len(files) < 4 {
			t.Fatalf("%s: %d files, %v", kind, len(files), err)
		}
		for _, file := range files {
			name := kind + "/" + filepath.Base(file)
			var loaded string
			if kind == "prompts" {
				loaded = loadPrompt(t, strings.TrimSuffix(filepath.Base(file), ".yaml")).Name
			} else {
				e, err := chat.LoadEndpoint(os.DirFS(configs), name)
				if err != nil {
					t.Error(err)
				}
				loaded = e.Name
			}
			if loaded+".yaml" != filepath.Base(file) {
				t.Errorf("%s calls itself %q", file, loaded)
			}
		}
	}
	for _, schema := range []func() ([]byte, error){chat.EndpointSchema, chat.PromptSchema} {
		if _, err := schema(); err != nil {
			t.Error(err)
		}
	}
}

// Every fault, met once before an answer and met always. What the record or the
// error must say is by hand, from the table Faults.
func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		fault chattest.Fault
		kind  chat.FaultKind
		// record begins the error of the record when the fault is met always; "" if the
		// run stops instead. retried says that one fault is got over.
		record  string
		retried bool
	}{
		{chattest.TooMany, chat.RateLimited, "missing: rate-limited (HTTP 429): slow down, after 3 attempts", true},
		{chattest.TooManyWait, chat.RateLimited, "missing: rate-limited (HTTP 429)", true},
		{chattest.Internal, chat.ServerError, "missing: server-error (HTTP 500): out of memory", true},
		{chattest.HTMLError, chat.ServerError, "missing: server-error (HTTP 502): <html>", true},
		{chattest.Hang, chat.Deadline, "missing: deadline", true},
		{chattest.Drip, chat.Deadline, "missing: deadline", true},
		{chattest.Reset, chat.Connection, "missing: connection", true},
		{chattest.Cut, chat.Connection, "missing: connection", true},
		{chattest.BadJSON, chat.BadJSON, "missing: bad-json", true},
		{chattest.ForeignContents, chat.BadJSON, "missing: ", true},
		{chattest.HTML, chat.NotJSON, `missing: not-json (HTTP 200): the content type is "text/html"`, true},
		{chattest.ErrorBody, chat.ServerError, "missing: server-error (HTTP 200): the worker died", true},
		{chattest.NoChoices, chat.NoChoice, "missing: no-choice", true},
		{chattest.Huge, chat.TooLarge, "missing: too-large", false},
		{chattest.BadRequest, chat.Rejected, "missing: rejected (HTTP 400): the prompt is too long", false},
		{chattest.Unauthorized, chat.Unauthorized, "", false},
		{chattest.NotFound, chat.NotFound, "", false},
		{chattest.Redirect, chat.Redirected, "", false},
		{chattest.QuotaUsedUp, chat.Quota, "", false},
		{chattest.TooManyLong, chat.WaitTooLong, "", false},
	} {
		t.Run(string(tc.fault), func(t *testing.T) {
			quick := func(e *chat.Endpoint) {
				if tc.kind == chat.Deadline {
					e.Limits.DeadlineSeconds = 0.03
				}
			}
			always := chattest.NewServer(positive, func(chattest.Call) chattest.Fault { return tc.fault })
			defer always.Close()
			got, s, _, err := ask(t, always, setup{change: quick}, requests(1))
			switch {
			case tc.record == "" && (err == nil || got[0] != nil || s.Unasked != 1 || !strings.Contains(err.Error(), string(tc.kind))):
				t.Errorf("always: the run did not stop for %s: %v, %+v", tc.kind, err, s)
			case tc.record != "" && (err != nil || got[0] == nil || !strings.HasPrefix(got[0].Error, tc.record)):
				t.Fatalf("always: error %v, record %+v, want %q", err, got[0], tc.record)
			}
			if tc.fault != chattest.ForeignContents && (len(s.Faults) == 0 || s.Faults[len(s.Faults)-1].Kind != tc.kind) {
				t.Errorf("always: faults %v, want %s", s.Faults, tc.kind)
			}
			if !tc.retried {
				if s.Retried != 0 {
					t.Errorf("%s was tried again", tc.kind)
				}
				return
			}
			once := chattest.NewServer(positive, chattest.Sequence(tc.fault))
			defer once.Close()
			got, s, _, err = ask(t, once, setup{change: quick}, requests(1))
			if err != nil || got[0] == nil || got[0].Label != "positive" || s.Calls != 2 || s.Retried != 1 || s.Answered != 1 {
				t.Errorf("once: %v, %+v, %+v", err, got[0], s)
			}
		})
	}
}

// Answers that arrived and cannot be used are records, paid for and not asked again.
func TestUnusableAnswers(t *testing.T) {
	for _, tc := range []struct {
		name   string
		fault  chattest.Fault
		text   string
		record string
	}{
		{"length", chattest.Length, "positive", "truncated: finish_reason is length"},
		{"filter", chattest.Filter, "positive", "refused: finish_reason is content_filter"},
		{"empty", chattest.EmptyText, "positive", "missing: "},
		{"prose", chattest.None, "I would rather talk about the weather", "unparseable: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := chattest.NewServer(func(c chattest.Call) chattest.Answer {
				a := positive(c)
				a.Text = tc.text
				return a
			}, func(chattest.Call) chattest.Fault { return tc.fault })
			defer server.Close()
			got, s, _, err := ask(t, server, setup{}, requests(1))
			if err != nil || !strings.HasPrefix(got[0].Error, tc.record) || s.Calls != 1 || s.Failed != 1 {
				t.Fatalf("%v, %q, %+v", err, got[0].Error, s)
			}
			if *got[0].TokensIn != 100 || *got[0].USD != 110e-6 || *s.USD != 110e-6 {
				t.Errorf("costs %v, %v", *got[0].TokensIn, *got[0].USD)
			}
		})
	}
}

func TestMissingLogprobs(t *testing.T) {
	server := chattest.NewServer(positive, func(chattest.Call) chattest.Fault { return chattest.NoLogprobs })
	defer server.Close()
	got, s, _, err := ask(t, server, setup{}, requests(1))
	if err != nil || got[0].Label != "positive" || got[0].Params["logprobs"] != "missing" || len(s.Warnings) != 1 {
		t.Errorf("%v, %+v, %v", err, got[0], s.Warnings)
	}
}

// A run through a bad day: every request is answered, and none twice.
func TestMixIsPaidOnce(t *testing.T) {
	faults := []chattest.Fault{chattest.TooMany, chattest.TooManyWait, chattest.Internal, chattest.Reset, chattest.Cut, chattest.BadJSON, chattest.HTML, chattest.ErrorBody}
	server := chattest.NewServer(positive, chattest.Mix(7, 0.4, faults...))
	defer server.Close()
	patient := func(e *chat.Endpoint) {
		e.Retry.Attempts, e.Breaker.Failures, e.Limits.Concurrency = 30, 1000, 8
	}
	all := requests(150)
	got, s, _, err := ask(t, server, setup{change: patient}, all)
	if err != nil || s.Answered != len(all) || s.Retried == 0 || s.Calls != len(all)+s.Retried {
		t.Fatalf("%v, %+v", err, s)
	}
	for i, p := range got {
		if p.ID != all[i].ID || p.Label != "positive" {
			t.Fatalf("answer %d is of %q", i, p.ID)
		}
	}
	answered := server.Answered()
	if len(answered) != len(all) {
		t.Errorf("%d calls answered, want %d", len(answered), len(all))
	}
	for id, n := range answered {
		if n != 1 {
			t.Errorf("%s was answered %d times", id, n)
		}
	}
	if s.TokensIn != 15000 || *s.USD != (15000+1500)*1e-6 {
		t.Errorf("tokens %d, usd %v", s.TokensIn, *s.USD)
	}
}

func TestLookup(t *testing.T) {
	server := chattest.NewServer(positive, nil)
	defer server.Close()
	all := requests(3)
	got, s, _, err := ask(t, server, setup{lookup: func(_ context.Context, q *chat.Question) (sample.Prediction, bool, error) {
		p := sample.Prediction{Dataset: "synth-mosi", Split: sample.Test, ID: q.Request.ID, Model: q.Model, Round: 1, Label: "negative"}
		return p, q.Request.ID == all[1].ID, nil
	}}, all)
	if err != nil || s.Cached != 1 || s.Asked != 2 || s.Answered != 3 || s.TokensIn != 200 || got[1].Label != "negative" || server.Calls() != 2 {
		t.Errorf("%v, %+v", err, s)
	}
}

// Label probabilities by hand: 0.75, 0.15 and 0.1. Three alternatives hold all the
// mass, so the entropy is -sum p ln p = 0.7306.
func TestProbabilities(t *testing.T) {
	server := chattest.NewServer(positive, nil)
	defer server.Close()
	got, _, _, err := ask(t, server, setup{}, requests(1))
	if err != nil {
		t.Fatal(err)
	}
	p := got[0]
	if h := p.TokenEntropies[0]; h < 0.7305 || h > 0.7307 {
		t.Errorf("entropy %v", h)
	}
	if lp := p.LabelLogprobs["positive"]; lp < -0.2878 || lp > -0.2876 {
		t.Errorf("label_logprobs %v", p.LabelLogprobs)
	}
	if len(p.PromptSHA256) != 64 || p.Params["max_tokens"] != "16" || fmt.Sprint(p.Modalities) != "[text]" {
		t.Errorf("%+v", p)
	}
}

func TestVotes(t *testing.T) {
	server := chattest.NewServer(func(c chattest.Call) chattest.Answer {
		text := []string{`{"score": 1, "confidence": 0.5}`, `{"score": 2, "confidence": 1}`, `{"score": -1.5}`, "what?"}[c.Sample]
		return chattest.Answer{Text: text, TokensIn: 10, TokensOut: 5}
	}, nil)
	defer server.Close()
	got, _, _, err := ask(t, server, setup{prompt: "score-en", change: func(e *chat.Endpoint) {
		one, seed := 1.0, int64(3)
		e.Decoding.Samples, e.Decoding.Temperature, e.Decoding.Seed = 4, &one, &seed
	}}, requests(1))
	if err != nil {
		t.Fatal(err)
	}
	p := got[0]
	if p.Votes["positive"] != 2 || p.Votes["negative"] != 1 || *p.Score != 0.5 || *p.VerbalConfidence != 0.75 || *p.TokensIn != 40 || p.Params["failed_samples"] != 1 {
		t.Errorf("%+v", p)
	}
}

func TestRecordings(t *testing.T) {
	for _, tc := range []struct {
		file, prompt, label string
		tokens              int
		warnings            bool
	}{
		{"vllm", "label-en", "positive", 2, false},
		{"sglang", "label-en", "negative", 1, false},
		{"ollama", "label-zh", "positive", 2, true}, // a character in parts, fewer tokens than counted
	} {
		t.Run(tc.file, func(t *testing.T) {
			body, err := os.ReadFile("chattest/testdata/" + tc.file + ".json")
			if err != nil {
				t.Fatal(err)
			}
			server := chattest.NewServer(chattest.Recorded(body), nil)
			defer server.Close()
			got, s, _, err := ask(t, server, setup{prompt: tc.prompt}, requests(1))
			if err != nil || got[0].Label != tc.label || len(got[0].TokenLogprobs) != tc.tokens || (len(s.Warnings) > 0) != tc.warnings {
				t.Errorf("%v, %+v, %v", err, got[0], s.Warnings)
			}
		})
	}
}

func TestSynthetic(t *testing.T) {
	score, confidence := -1.25, 0.5
	server := chattest.NewServer(chattest.Synthetic(func(clip string, round int) sample.Prediction {
		if clip != "v[0] /x" {
			t.Errorf("clip %q", clip)
		}
		return sample.Prediction{Score: &score, VerbalConfidence: &confidence}
	}), nil)
	defer server.Close()
	got, _, _, err := ask(t, server, setup{prompt: "score-zh", change: func(e *chat.Endpoint) { e.Model = chattest.SyntheticModel }}, requests(1))
	if err != nil || got[0].Score == nil || *got[0].Score != score || *got[0].VerbalConfidence != confidence || got[0].Model != "SYNTHETIC" {
		t.Errorf("%v, %+v", err, got[0])
	}
}
