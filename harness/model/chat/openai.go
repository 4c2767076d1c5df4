package chat

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"

	"uacs/harness/model/answer"
)

// maxResponse bounds a response's body.
const maxResponse = 16 << 20

// completions is the Client of an Endpoint.
type completions struct {
	endpoint Endpoint
	key      string
	service  openai.ChatCompletionService
}

// NewClient returns the client of e, which sends key as bearer token ("" for
// none). It follows no redirect and reads no environment variables but those of
// package net/http for proxies.
func NewClient(e Endpoint, key string) Client {
	c := &completions{endpoint: e, key: key}
	options := []option.RequestOption{
		option.WithBaseURL(e.BaseURL),
		option.WithMaxRetries(0), // the Runner's are counted and bounded
		option.WithMiddleware(c.inspect),
		option.WithHTTPClient(&http.Client{
			Transport:     transport(e.Limits.Concurrency),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}),
	}
	if key != "" {
		options = append(options, option.WithAPIKey(key))
	}
	for _, path := range slices.Sorted(maps.Keys(e.Body)) {
		options = append(options, option.WithJSONSet(path, e.Body[path]))
	}
	c.service = openai.NewChatCompletionService(options...)
	return c
}

// transport keeps as many connections open as requests are under way.
func transport(concurrency int) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = concurrency
	return t
}

// Complete asks once.
func (c *completions) Complete(ctx context.Context, call Call) (Reply, error) {
	completion, err := c.service.New(ctx, c.params(call), option.WithHeader("X-Client-Request-Id", call.ID))
	if err != nil {
		return Reply{}, c.fault(ctx, err)
	}
	if len(completion.Choices) == 0 {
		return Reply{}, &Fault{Kind: NoChoice, Status: http.StatusOK, Message: "the completion has no choices"}
	}
	choice := &completion.Choices[0]
	reply := Reply{
		Text: c.redact(choice.Message.Content), Refusal: c.redact(choice.Message.Refusal), FinishReason: c.redact(choice.FinishReason),
		Model: c.redact(completion.Model), Tokens: tokens(choice),
		//lint:ignore SA1019 OpenAI no longer sends it, other servers do
		Fingerprint: c.redact(completion.SystemFingerprint),
	}
	if completion.JSON.Usage.Valid() {
		if completion.Usage.JSON.PromptTokens.Valid() {
			reply.TokensIn = count(completion.Usage.PromptTokens)
		}
		if completion.Usage.JSON.CompletionTokens.Valid() {
			reply.TokensOut = count(completion.Usage.CompletionTokens)
		}
	}
	return reply, nil
}

// count makes a server's count of tokens usable; one that cannot be is absent.
func count(n int64) *int {
	if n < 0 || n > 1e9 {
		return nil
	}
	out := int(n)
	return &out
}

func (c *completions) params(call Call) openai.ChatCompletionNewParams {
	d := &c.endpoint.Decoding
	p := openai.ChatCompletionNewParams{Model: c.endpoint.Model}
	for _, m := range call.Messages {
		if m.Role == "system" {
			p.Messages = append(p.Messages, openai.SystemMessage(m.Parts[0].Text))
			continue
		}
		p.Messages = append(p.Messages, userMessage(m.Parts))
	}
	if d.CompletionTokens {
		p.MaxCompletionTokens = openai.Int(int64(d.MaxTokens))
	} else {
		p.MaxTokens = openai.Int(int64(d.MaxTokens))
	}
	if d.Temperature != nil {
		p.Temperature = openai.Float(*d.Temperature)
	}
	if d.TopP != nil {
		p.TopP = openai.Float(*d.TopP)
	}
	if call.Seed != nil {
		p.Seed = openai.Int(*call.Seed)
	}
	if d.Logprobs {
		p.Logprobs = openai.Bool(true)
		if d.TopLogprobs > 0 {
			p.TopLogprobs = openai.Int(int64(d.TopLogprobs))
		}
	}
	return p
}

// userMessage sends text alone as a string, which every server takes.
func userMessage(parts []Part) openai.ChatCompletionMessageParamUnion {
	if len(parts) == 1 && parts[0].Kind == "text" {
		return openai.UserMessage(parts[0].Text)
	}
	var out []openai.ChatCompletionContentPartUnionParam
	for _, p := range parts {
		out = append(out, contentPart(p))
	}
	return openai.UserMessage(out)
}

func contentPart(p Part) openai.ChatCompletionContentPartUnionParam {
	switch p.Kind {
	case "text":
		return openai.TextContentPart(p.Text)
	case "image":
		return openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: dataURL(p)})
	case "audio":
		format := "wav"
		if p.MIME == "audio/mpeg" {
			format = "mp3"
		}
		return openai.InputAudioContentPart(openai.ChatCompletionContentPartInputAudioInputAudioParam{
			Data: base64.StdEncoding.EncodeToString(p.Data), Format: format,
		})
	case "video": // not in OpenAI's format: vLLM's and SGLang's own
		raw := json.RawMessage(`{"type":"video_url","video_url":{"url":"` + dataURL(p) + `"}}`)
		return param.Override[openai.ChatCompletionContentPartUnionParam](raw)
	}
	panic("chat: a part of kind " + p.Kind)
}

func dataURL(p Part) string {
	return "data:" + p.MIME + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
}

// tokens returns a choice's tokens, nil if it has none.
func tokens(choice *openai.ChatCompletionChoice) []answer.Token {
	var out []answer.Token
	for i := range choice.Logprobs.Content {
		t := &choice.Logprobs.Content[i]
		token := answer.Token{Text: t.Token, Bytes: octets(t.Bytes), Logprob: t.Logprob}
		for j := range t.TopLogprobs {
			top := &t.TopLogprobs[j]
			token.Top = append(token.Top, answer.TopToken{Text: top.Token, Bytes: octets(top.Bytes), Logprob: top.Logprob})
		}
		out = append(out, token)
	}
	return out
}

// octets returns numbers as bytes, nil if one of them is none.
func octets(numbers []int64) []byte {
	var out []byte
	for _, n := range numbers {
		if n < 0 || n > math.MaxUint8 {
			return nil
		}
		out = append(out, byte(n))
	}
	return out
}

// inspect reads a response whole and lets only what can be a completion pass, so
// that every fault is told apart before the library decodes anything.
func (c *completions) inspect(request *http.Request, next option.MiddlewareNext) (*http.Response, error) {
	response, err := next(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxResponse+1))
	response.Body.Close()
	status := response.StatusCode
	fault := &Fault{Status: status}
	fault.RetryAfter, fault.HasRetryAfter = retryAfter(response.Header, time.Now())
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	isJSON := media == "application/json" || strings.HasSuffix(media, "+json")
	safe := body // a text that is cut must not be cut within the key
	if c.key != "" {
		safe = bytes.ReplaceAll(body, []byte(c.key), []byte(redacted))
	}
	code, message := errorIn(safe)
	switch {
	case status != http.StatusOK && (status >= 300 || err == nil):
		fault.Kind, fault.Message = kindOf(status, code), message
	case err != nil:
		return nil, err
	case len(body) > maxResponse:
		fault.Kind, fault.Message = TooLarge, "the response has more than 16 MiB"
	case !isJSON:
		fault.Kind, fault.Message = NotJSON, "the content type is "+strconv.Quote(media)+": "+string(safe[:min(len(safe), 100)])
	case !json.Valid(body):
		fault.Kind, fault.Message = BadJSON, "the body of "+strconv.Itoa(len(body))+" bytes is no JSON document"
	case code != "" || message != "":
		fault.Kind, fault.Message = kindOf(statusIn(code, status), code), message
	default:
		response.Body = io.NopCloser(bytes.NewReader(body))
		return response, nil
	}
	fault.Message = oneLine(c.redact(fault.Message))
	return nil, fault
}

// statusIn is the HTTP status that an error's code is, or else status.
func statusIn(code string, status int) int {
	for field := range strings.FieldsSeq(code) {
		if n, err := strconv.Atoi(field); err == nil && n >= 300 && n < 600 {
			return n
		}
	}
	return status
}

// errorIn returns the code and message of the error in a body: OpenAI's object
// under "error", a text there, or vLLM's older {"object":"error"}. Both are empty if
// it has none.
func errorIn(body []byte) (code, message string) {
	var outer struct {
		Object  string
		Error   json.RawMessage
		Type    any
		Code    any
		Message string
	}
	if json.Unmarshal(body, &outer) != nil {
		return "", string(body[:min(len(body), 300)])
	}
	if outer.Object == "error" {
		return words(outer.Code, outer.Type), outer.Message
	}
	if len(outer.Error) == 0 || string(outer.Error) == "null" {
		return "", ""
	}
	var inner struct {
		Type    any
		Code    any
		Message string
	}
	if json.Unmarshal(outer.Error, &inner) == nil {
		return words(inner.Code, inner.Type), cmp.Or(inner.Message, string(outer.Error))
	}
	return "", string(outer.Error)
}

func words(values ...any) string {
	var out []string
	for _, v := range values {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case float64:
			out = append(out, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	return strings.Join(out, " ")
}

// retryAfter reads the headers Retry-After-Ms and Retry-After, in seconds or as a date.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	for _, header := range []struct {
		name string
		unit time.Duration
	}{{"Retry-After-Ms", time.Millisecond}, {"Retry-After", time.Second}} {
		text := h.Get(header.name)
		if x, err := strconv.ParseFloat(text, 64); err == nil && x >= 0 {
			return time.Duration(min(x, 1e6) * float64(header.unit)), true
		}
	}
	if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}

// fault names what is wrong where no response could be looked at.
func (c *completions) fault(ctx context.Context, err error) error {
	var fault *Fault
	var address *url.Error
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, context.DeadlineExceeded):
		return &Fault{Kind: Deadline, Message: "no full answer in " + seconds(c.endpoint.Limits.DeadlineSeconds).String()}
	case ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(err.Error(), "error parsing response json"):
		return &Fault{Kind: BadJSON, Status: http.StatusOK, Message: oneLine(c.redact(err.Error()))}
	case errors.As(err, &address):
		err = address.Err // without the address, which names ports
	}
	return &Fault{Kind: Connection, Message: oneLine(c.redact(err.Error()))}
}

// redact takes the API key out of foreign text, and writes U+FFFD for bytes that are no
// UTF-8, as every file of ours would.
func (c *completions) redact(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if c.key == "" {
		return text
	}
	return strings.ReplaceAll(text, c.key, redacted)
}
