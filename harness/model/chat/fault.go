package chat

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Class says what follows a fault.
type Class int

// The classes.
const (
	// Transient faults are tried again; when attempts run out, the request gets a
	// record with the error.
	Transient Class = iota + 1
	// Permanent faults belong to the request: it gets a record with the error.
	Permanent
	// Fatal faults would meet every further request too: the run stops, and no record
	// is made.
	Fatal
)

// FaultKind names what went wrong; the names are in records, logs and summaries.
type FaultKind string

// The kinds of faults.
const (
	Connection   FaultKind = "connection"
	Deadline     FaultKind = "deadline"
	ServerError  FaultKind = "server-error"
	RateLimited  FaultKind = "rate-limited"
	NotJSON      FaultKind = "not-json"
	BadJSON      FaultKind = "bad-json"
	ErrorBody    FaultKind = "error-body"
	NoChoice     FaultKind = "no-choice"
	TooLarge     FaultKind = "too-large"
	Filtered     FaultKind = "filtered"
	Rejected     FaultKind = "rejected"
	Redirected   FaultKind = "redirected"
	Unauthorized FaultKind = "unauthorized"
	NotFound     FaultKind = "not-found"
	Quota        FaultKind = "quota"
	WaitTooLong  FaultKind = "wait-too-long"
	ServerDown   FaultKind = "server-down"
)

// FaultRule is what follows a kind of fault.
type FaultRule struct {
	Kind  FaultKind
	Class Class
	// Down says that the fault is a sign that the server is down.
	Down bool
	// Lost says that the server may have made an answer that did not arrive, or not
	// whole: what it charges for that, and for the answer to the next attempt, is paid
	// twice, and no client can help it.
	Lost bool
	// Doc says what the kind is, Hint what its reader can do.
	Doc, Hint string
}

// Faults is the table of all faults, the only place that says what follows one. An
// answer that arrived and cannot be used is no fault but a record.
var Faults = []FaultRule{
	{Connection, Transient, true, true, "no connection, or one that broke off", "check base_url, and that the server runs"},
	{Deadline, Transient, true, true, "no full answer within the deadline", "raise limits.deadline_seconds or lower limits.concurrency"},
	{ServerError, Transient, true, false, "HTTP 5xx", "look into the server's log"},
	{RateLimited, Transient, false, false, "HTTP 408, 409, 425 or 429", "lower limits.requests_per_minute"},
	{NotJSON, Transient, true, false, "HTTP 200 with another content type than JSON", "check base_url: a web page or a proxy answers there"},
	{BadJSON, Transient, true, true, "HTTP 200 with JSON that is cut off or wrong", ""},
	{ErrorBody, Transient, true, false, "HTTP 200 with an error in the body that says nothing else", "look into the server's log"},
	{NoChoice, Transient, false, false, "a completion without a choice", ""},
	{TooLarge, Permanent, false, false, "a response of more than 16 MiB", ""},
	{Filtered, Permanent, false, false, "HTTP 4xx with the code content_filter", ""},
	{Rejected, Permanent, false, false, "HTTP 400, 413, 422 and other 4xx", "check parts, decoding and body of the endpoint"},
	{Redirected, Fatal, false, false, "HTTP 3xx; the key is sent nowhere else", "write the final address as base_url"},
	{Unauthorized, Fatal, false, false, "HTTP 401 or 403", "check where key says that the API key is"},
	{NotFound, Fatal, false, false, "HTTP 404, 405 or 410", "check base_url and model"},
	{Quota, Fatal, false, false, "HTTP 402, or the code insufficient_quota", "the account's money or quota is used up"},
	{WaitTooLong, Fatal, false, false, "Retry-After is longer than retry.max_seconds", "run again later: answers are kept"},
	{ServerDown, Fatal, false, false, "breaker.probes in a row have failed", "run again when the server is back: answers are kept"},
}

// Rule returns the row of kind. An unknown kind is permanent.
func (kind FaultKind) Rule() FaultRule {
	for _, f := range Faults {
		if f.Kind == kind {
			return f
		}
	}
	return FaultRule{Kind: kind, Class: Permanent}
}

// Fault is what went wrong with one attempt.
type Fault struct {
	Kind FaultKind
	// Status is the HTTP status, 0 if there was none.
	Status int
	// RetryAfter is the wait the server asked for; HasRetryAfter says whether it did.
	RetryAfter    time.Duration
	HasRetryAfter bool
	// Message is the server's or the transport's own, without the API key, in one
	// line of at most 300 characters.
	Message string
}

// Error is the kind, the status and the message.
func (f *Fault) Error() string {
	if f.Status != 0 {
		return fmt.Sprintf("%s (HTTP %d): %s", f.Kind, f.Status, f.Message)
	}
	return fmt.Sprintf("%s: %s", f.Kind, f.Message)
}

// record is the text of sample.Prediction.Error after attempts.
func (f *Fault) record(attempts int) string {
	word := "missing"
	if f.Kind == Filtered {
		word = "refused"
	}
	if attempts == 1 {
		return word + ": " + f.Error()
	}
	return fmt.Sprintf("%s: %s, after %d attempts", word, f.Error(), attempts)
}

// kindOf classifies an HTTP status and the error in the body, if there is one.
func kindOf(status int, code string) FaultKind {
	code = strings.ToLower(code)
	switch {
	case strings.Contains(code, "insufficient_quota") || status == 402:
		return Quota
	case strings.Contains(code, "content_filter") && status < 500:
		return Filtered
	case status == 408 || status == 409 || status == 425 || status == 429:
		return RateLimited
	case status == 401 || status == 403:
		return Unauthorized
	case status == 404 || status == 405 || status == 410:
		return NotFound
	case status >= 500:
		return ServerError
	case status >= 400:
		return Rejected
	case status >= 300:
		return Redirected
	}
	switch {
	case strings.Contains(code, "rate_limit"):
		return RateLimited
	case strings.Contains(code, "invalid_request") || strings.Contains(code, "badrequest"):
		return Rejected
	case strings.Contains(code, "server_error") || strings.Contains(code, "internal") || strings.Contains(code, "overloaded"):
		return ServerError
	}
	return ErrorBody
}

// oneLine makes foreign text fit for an error: one line, at most 300 characters.
func oneLine(text string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	clean = strings.Join(strings.Fields(clean), " ")
	if runes := []rune(clean); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return clean
}
