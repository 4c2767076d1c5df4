package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"uacs/internal/schema"
	"uacs/internal/strictyaml"
)

// Endpoint is a server and a model on it: what is sent, how fast, and at what
// price. It names where the API key is, and never holds it.
type Endpoint struct {
	// Name is the stem of the file. Title heads what is printed of the endpoint.
	Name  string `yaml:"name" json:"name" jsonschema:"stem of the file"`
	Title string `yaml:"title" json:"title" jsonschema:"what the endpoint is, in a few words"`
	// BaseURL is the address to which chat/completions is added.
	BaseURL string `yaml:"base_url" json:"base_url" jsonschema:"address to which chat/completions is added, such as http://127.0.0.1:8000/v1"`
	Key     Key    `yaml:"key" json:"key,omitzero" jsonschema:"where the API key is; leave it out for a server that wants none"`

	// Model is the name the server knows the model by; Revision its exact version, and
	// WeightsSHA256 the hex digest of its weights, where known.
	Model         string `yaml:"model" json:"model" jsonschema:"name by which the server knows the model"`
	Revision      string `yaml:"revision" json:"revision,omitempty" jsonschema:"exact version: commit, date or digest of the checkpoint"`
	WeightsSHA256 string `yaml:"weights_sha256" json:"weights_sha256,omitempty" jsonschema:"hex SHA-256 of the weights, if known"`
	// Parts are the kinds of content the server takes beside text: image, audio, video.
	Parts []string `yaml:"parts" json:"parts,omitempty" jsonschema:"what the server takes beside text: image, audio, video"`

	Decoding Decoding `yaml:"decoding" json:"decoding" jsonschema:"how answers are sampled"`
	// Body are further fields of the request's body, by path with dots, such as
	// chat_template_kwargs.enable_thinking. They are part of the question's identity.
	Body map[string]any `yaml:"body" json:"body,omitempty" jsonschema:"further fields of the request body, by path with dots"`

	Limits  Limits  `yaml:"limits" json:"limits,omitzero" jsonschema:"how much is asked at once and per minute"`
	Retry   Retry   `yaml:"retry" json:"retry,omitzero" jsonschema:"what follows a transient fault"`
	Breaker Breaker `yaml:"breaker" json:"breaker,omitzero" jsonschema:"what follows a server that is down"`
	Price   *Price  `yaml:"price" json:"price,omitempty" jsonschema:"price of tokens; leave it out if the money is not counted"`

	// Caveats are kept with every run, Hypotheses name choices that the paper does
	// not settle.
	Caveats    []string `yaml:"caveats" json:"caveats,omitempty" jsonschema:"what a reader of the answers must know"`
	Hypotheses []string `yaml:"hypotheses" json:"hypotheses,omitempty" jsonschema:"choices that the paper does not settle"`
}

// Key says where the API key is. At most one of Env and File is given.
type Key struct {
	// Env is the name of an environment variable.
	Env string `yaml:"env" json:"env,omitempty" jsonschema:"name of the environment variable that holds the key"`
	// File is the path of a file with nothing else in it, readable by its owner alone.
	File string `yaml:"file" json:"file,omitempty" jsonschema:"path of a file that holds the key, readable by its owner alone"`
}

// Decoding are the sampling parameters. Those that are nil are left to the server,
// which is another request than naming its default.
type Decoding struct {
	Temperature *float64 `yaml:"temperature" json:"temperature,omitempty" jsonschema:"sampling temperature; 0 is greedy"`
	TopP        *float64 `yaml:"top_p" json:"top_p,omitempty" jsonschema:"nucleus of the sampling distribution"`
	MaxTokens   int      `yaml:"max_tokens" json:"max_tokens" jsonschema:"most tokens of an answer"`
	// CompletionTokens sends MaxTokens as max_completion_tokens, the newer name.
	CompletionTokens bool   `yaml:"completion_tokens" json:"completion_tokens,omitempty" jsonschema:"whether max_tokens is sent as max_completion_tokens"`
	Seed             *int64 `yaml:"seed" json:"seed,omitempty" jsonschema:"seed of the sampling; sample i of several gets seed + i"`
	// Logprobs asks for token probabilities, TopLogprobs for that many alternatives.
	Logprobs    bool `yaml:"logprobs" json:"logprobs,omitempty" jsonschema:"whether to ask for token log-probabilities"`
	TopLogprobs int  `yaml:"top_logprobs" json:"top_logprobs,omitempty" jsonschema:"alternatives per token, at most 20"`
	// Samples is the number of answers drawn for self-consistency, 1 for one answer.
	Samples int `yaml:"samples" json:"samples,omitempty" jsonschema:"answers drawn per request; more than 1 gives votes"`
}

// Limits bound what is under way. A rate of 0 is no limit.
type Limits struct {
	// Concurrency is the number of requests under way at once.
	Concurrency       int     `yaml:"concurrency" json:"concurrency,omitempty" jsonschema:"requests under way at once"`
	RequestsPerMinute float64 `yaml:"requests_per_minute" json:"requests_per_minute,omitempty" jsonschema:"most requests in a minute; 0 for any"`
	// TokensPerMinute counts prompt and answer. What a request will need is guessed
	// before it is sent, and put right when the server has counted.
	TokensPerMinute float64 `yaml:"tokens_per_minute" json:"tokens_per_minute,omitempty" jsonschema:"most tokens in a minute, prompt and answer; 0 for any"`
	// DeadlineSeconds bound each attempt, DrainSeconds what is under way when a run is
	// cancelled.
	DeadlineSeconds float64 `yaml:"deadline_seconds" json:"deadline_seconds,omitempty" jsonschema:"seconds an attempt may take"`
	DrainSeconds    float64 `yaml:"drain_seconds" json:"drain_seconds,omitempty" jsonschema:"seconds that requests under way get when a run is cancelled"`
	// MediaMB bounds the media of one request, in units of 1e6 bytes.
	MediaMB float64 `yaml:"media_mb" json:"media_mb,omitempty" jsonschema:"most megabytes of media in a request"`
}

// Retry is the schedule of further attempts: before attempt n+1 the wait is uniform
// in [0, min(MaxSeconds, FirstSeconds 2^(n-1))], or what the server asks for.
type Retry struct {
	// Attempts counts the first one too.
	Attempts     int     `yaml:"attempts" json:"attempts,omitempty" jsonschema:"attempts in all, the first one counted"`
	FirstSeconds float64 `yaml:"first_seconds" json:"first_seconds,omitempty" jsonschema:"longest wait before the second attempt; it doubles from there"`
	// MaxSeconds bounds a wait. A server that asks for a longer one stops the run.
	MaxSeconds float64 `yaml:"max_seconds" json:"max_seconds,omitempty" jsonschema:"longest wait; a server that asks for more stops the run"`
	Seed       uint64  `yaml:"seed" json:"seed,omitempty" jsonschema:"seed of the waits"`
}

// Breaker is what follows consecutive signs that the server is down: no request is
// sent for WaitSeconds, then one, and all again once that one succeeds. A run stops
// when Probes of them in a row have failed.
type Breaker struct {
	Failures    int     `yaml:"failures" json:"failures,omitempty" jsonschema:"faults in a row that mean the server is down"`
	WaitSeconds float64 `yaml:"wait_seconds" json:"wait_seconds,omitempty" jsonschema:"seconds until a request probes whether it is back"`
	Probes      int     `yaml:"probes" json:"probes,omitempty" jsonschema:"failed probes in a row that stop the run"`
}

// Price is what a million tokens cost, in US dollars.
type Price struct {
	In  float64 `yaml:"in" json:"in" jsonschema:"US dollars for a million prompt tokens"`
	Out float64 `yaml:"out" json:"out" jsonschema:"US dollars for a million generated tokens"`
	// Source says where the price is from, and of which day.
	Source string `yaml:"source" json:"source" jsonschema:"where the price is from, and of which day"`
}

// EndpointDefaults returns the values of keys that a config leaves out.
func EndpointDefaults() Endpoint {
	return Endpoint{
		Decoding: Decoding{Samples: 1},
		Limits:   Limits{Concurrency: 4, DeadlineSeconds: 120, DrainSeconds: 30, MediaMB: 32},
		Retry:    Retry{Attempts: 5, FirstSeconds: 1, MaxSeconds: 120},
		Breaker:  Breaker{Failures: 8, WaitSeconds: 30, Probes: 3},
	}
}

// EndpointSchema returns the JSON schema of an endpoint's file.
func EndpointSchema() ([]byte, error) {
	return schema.Of[Endpoint]("A server of a multimodal language model")
}

// LoadEndpoint reads and checks one endpoint. Errors name the file and, where the
// YAML itself is wrong, the line.
func LoadEndpoint(fsys fs.FS, file string) (Endpoint, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return Endpoint{}, err
	}
	e := EndpointDefaults()
	if err := strictyaml.Decode(file, data, &e); err != nil {
		return Endpoint{}, err
	}
	if err := e.Validate(); err != nil {
		return Endpoint{}, fmt.Errorf("%s: %w", file, err)
	}
	return e, nil
}

// Validate reports the first value that cannot be used, by its key.
func (e *Endpoint) Validate() error {
	for _, check := range []func() error{e.checkNames, e.checkURL, e.checkDecoding, e.checkBody, e.checkLimits, e.checkRest} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (e *Endpoint) checkNames() error {
	switch {
	case e.Name == "" || strings.Trim(e.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return fmt.Errorf("name: %q must be of a-z, 0-9 and -", e.Name)
	case e.Title == "":
		return errors.New("title: is required")
	case e.Model == "":
		return errors.New("model: is required")
	case e.Key.Env != "" && e.Key.File != "":
		return errors.New("key: give env or file, not both")
	}
	for i, part := range e.Parts {
		if !slices.Contains([]string{"image", "audio", "video"}, part) || slices.Contains(e.Parts[:i], part) {
			return fmt.Errorf("parts: %q is not one of image, audio, video, or is there twice", part)
		}
	}
	return nil
}

// checkURL keeps secrets out of the address, which errors may quote.
func (e *Endpoint) checkURL() error {
	u, err := url.Parse(e.BaseURL)
	switch {
	case err != nil:
		return errors.New("base_url: is not a URL")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("base_url: must have no user, password, query or fragment; name the API key under key")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return fmt.Errorf("base_url: %q must begin with http:// or https:// and a host", e.BaseURL)
	case strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/chat/completions"):
		return errors.New("base_url: leave out chat/completions, it is added")
	}
	return nil
}

func (e *Endpoint) checkDecoding() error {
	d := &e.Decoding
	switch {
	case d.MaxTokens < 1:
		return errors.New("decoding.max_tokens: must be at least 1")
	case d.Temperature != nil && !(*d.Temperature >= 0 && *d.Temperature <= 10):
		return errors.New("decoding.temperature: must be in [0,10]")
	case d.TopP != nil && !(*d.TopP > 0 && *d.TopP <= 1):
		return errors.New("decoding.top_p: must be in (0,1]")
	case d.TopLogprobs < 0 || d.TopLogprobs > 20:
		return errors.New("decoding.top_logprobs: must be in [0,20]")
	case d.TopLogprobs > 0 && !d.Logprobs:
		return errors.New("decoding.top_logprobs: needs logprobs: true")
	case d.Samples < 1 || d.Samples > 1000:
		return errors.New("decoding.samples: must be in [1,1000]")
	case d.Samples > 1 && (d.Seed == nil || d.Temperature == nil || *d.Temperature == 0):
		return errors.New("decoding.samples: several samples need a seed and a temperature above 0, or they are all the same")
	}
	return nil
}

// ownFields are the fields of a body that other keys of the config set.
var ownFields = []string{
	"model", "messages", "stream", "n", "temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "logprobs", "top_logprobs",
}

func (e *Endpoint) checkBody() error {
	for _, field := range slices.Sorted(maps.Keys(e.Body)) {
		if field == "" || slices.Contains(ownFields, strings.Split(field, ".")[0]) {
			return fmt.Errorf("body: %q cannot be set here", field)
		}
		if _, err := json.Marshal(e.Body[field]); err != nil {
			return fmt.Errorf("body: %q has a value that JSON cannot write: %w", field, err)
		}
	}
	return nil
}

func (e *Endpoint) checkLimits() error {
	l := &e.Limits
	switch {
	case l.Concurrency < 1 || l.Concurrency > 1024:
		return errors.New("limits.concurrency: must be in [1,1024]")
	case !(l.RequestsPerMinute >= 0) || !(l.TokensPerMinute >= 0) || math.IsInf(l.RequestsPerMinute+l.TokensPerMinute, 0):
		return errors.New("limits: rates must not be negative")
	case !(l.DeadlineSeconds > 0 && l.DeadlineSeconds <= 86400):
		return errors.New("limits.deadline_seconds: must be above 0 and at most a day")
	case !(l.DrainSeconds >= 0 && l.DrainSeconds <= 86400):
		return errors.New("limits.drain_seconds: must be in [0,86400]")
	case !(l.MediaMB > 0 && l.MediaMB <= 2000):
		return errors.New("limits.media_mb: must be above 0 and at most 2000")
	}
	return nil
}

func (e *Endpoint) checkRest() error {
	switch {
	case e.Retry.Attempts < 1 || e.Retry.Attempts > 100:
		return errors.New("retry.attempts: must be in [1,100]")
	case !(e.Retry.FirstSeconds > 0) || !(e.Retry.MaxSeconds >= e.Retry.FirstSeconds && e.Retry.MaxSeconds <= 86400):
		return errors.New("retry: first_seconds must be above 0, and max_seconds at least that and at most a day")
	case e.Breaker.Failures < 1 || e.Breaker.Probes < 1 || !(e.Breaker.WaitSeconds > 0 && e.Breaker.WaitSeconds <= 86400):
		return errors.New("breaker: failures and probes must be at least 1, and wait_seconds above 0 and at most a day")
	case e.Price != nil && (!(e.Price.In >= 0) || !(e.Price.Out >= 0) || math.IsInf(e.Price.In+e.Price.Out, 0)):
		return errors.New("price: must not be negative")
	case e.Price != nil && e.Price.Source == "":
		return errors.New("price.source: is required, a price without its day says nothing")
	}
	return nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
