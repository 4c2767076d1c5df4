// Package browser drives a headless Chromium for tests of pages that people see:
// it loads a page, runs expressions in it, and collects what the console says. It
// speaks the DevTools protocol over two pipes, so that no port is opened.
package browser

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Need returns the path of a Chromium, or skips the test with a message that says
// how to get one.
func Need(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium on this machine (Debian: apt-get install chromium)")
	return ""
}

// Page is an open page.
type Page struct {
	t       testing.TB
	to      io.WriteCloser
	from    *bufio.Reader
	session string
	id      int
	// Console are the errors and warnings that the page printed or threw.
	Console []string
}

// Open loads url in a window of that size. The browser ends with the test.
func Open(t testing.TB, url string, width, height int) *Page {
	t.Helper()
	path := Need(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	inR, inW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
		"--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), fmt.Sprintf("--window-size=%d,%d", width, height), "about:blank")
	cmd.ExtraFiles = []*os.File{inR, outW} // 3 and 4, as the browser expects
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatalf("%s: %v", path, err)
	}
	inR.Close()
	outW.Close()
	p := &Page{t: t, to: inW, from: bufio.NewReader(outR)}
	t.Cleanup(func() {
		p.call("", "Browser.close", nil)
		inW.Close()
		// One that is killed leaves children, which go on writing into the profile.
		kill := time.AfterFunc(10*time.Second, cancel)
		_ = cmd.Wait() // killed or closed: either is an end
		kill.Stop()
		cancel()
		outR.Close()
	})
	p.attach(url)
	return p
}

// attach opens a tab, and waits until it has loaded.
func (p *Page) attach(url string) {
	p.t.Helper()
	var target struct{ TargetID string }
	p.must("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	p.must("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	p.session = session.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		p.must(p.session, domain+".enable", nil, nil)
	}
	p.must(p.session, "Page.navigate", map[string]any{"url": url}, nil)
	p.Wait("document.readyState === 'complete'")
}

// Wait waits until a JavaScript expression is true, and fails the test after half
// a minute.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if p.Eval("!!("+expression+")") == "true" {
			return
		}
	}
	p.t.Fatalf("%s never came true; the console says %q", expression, p.Console)
}

// Eval evaluates a JavaScript expression and returns its value as JSON.
func (p *Page) Eval(expression string) string {
	p.t.Helper()
	var out struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	p.must(p.session, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &out)
	if e := out.ExceptionDetails; e != nil {
		p.t.Fatalf("%s: %s %s", expression, e.Text, e.Exception.Description)
	}
	return string(out.Result.Value)
}

// Text is the text of the first element that a CSS selector finds.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	var s string
	quoted, _ := json.Marshal(selector) // a string always marshals
	if err := json.Unmarshal([]byte(p.Eval("(document.querySelector("+string(quoted)+") || {textContent: ''}).textContent")), &s); err != nil {
		p.t.Fatal(err)
	}
	return strings.TrimSpace(s)
}

// keyCodes are the numbers by which the protocol knows keys that write no letter.
var keyCodes = map[string]int{"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}

// Key presses a key, named as in a KeyboardEvent, with the focus where it is. It fails
// the test for a key that it does not know.
func (p *Page) Key(name string) {
	p.t.Helper()
	code := keyCodes[name]
	if code == 0 {
		p.t.Fatalf("browser: unknown key %q", name)
	}
	event := map[string]any{"type": "keyDown", "key": name, "code": name, "windowsVirtualKeyCode": code}
	if name == "Enter" || name == " " {
		event["text"] = map[string]string{"Enter": "\r", " ": " "}[name]
	}
	p.must(p.session, "Input.dispatchKeyEvent", event, nil)
	p.must(p.session, "Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": name, "code": name, "windowsVirtualKeyCode": code}, nil)
}

// A Node is what assistive technology is told about a part of the page.
type Node struct{ Role, Name string }

// Accessibility returns the parts of the page that assistive technology is told about,
// in the order of the page.
func (p *Page) Accessibility() []Node {
	p.t.Helper()
	type value struct{ Value any }
	var tree struct {
		Nodes []struct {
			Ignored    bool
			Role, Name value
		}
	}
	p.must(p.session, "Accessibility.enable", nil, nil)
	p.must(p.session, "Accessibility.getFullAXTree", nil, &tree)
	var out []Node
	for _, n := range tree.Nodes {
		if !n.Ignored {
			role, _ := n.Role.Value.(string)
			name, _ := n.Name.Value.(string)
			out = append(out, Node{role, name})
		}
	}
	return out
}

// Screenshot writes the window as PNG.
func (p *Page) Screenshot(file string) {
	p.t.Helper()
	var shot struct{ Data string }
	p.must(p.session, "Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	png, err := base64.StdEncoding.DecodeString(shot.Data)
	if err == nil {
		err = os.WriteFile(file, png, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *Page) must(session, method string, params, result any) {
	p.t.Helper()
	raw, err := p.call(session, method, params)
	if err == nil && result != nil {
		err = json.Unmarshal(raw, result)
	}
	if err != nil {
		p.t.Fatalf("browser: %s: %v", method, err)
	}
}

// message is what goes over the pipes, each with a zero byte after it.
type message struct {
	ID        int             `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    json.RawMessage `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// call sends a command and reads until its answer, taking note of the console.
func (p *Page) call(session, method string, params any) (json.RawMessage, error) {
	if params == nil {
		params = map[string]any{}
	}
	raw, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	p.id++
	id := p.id
	out, err := json.Marshal(message{ID: id, SessionID: session, Method: method, Params: raw})
	if err != nil {
		return nil, err
	}
	if _, err := p.to.Write(append(out, 0)); err != nil {
		return nil, err
	}
	for {
		in, err := p.from.ReadBytes(0)
		if err != nil {
			return nil, err
		}
		var m message
		if err := json.Unmarshal(in[:len(in)-1], &m); err != nil {
			return nil, err
		}
		p.listen(m)
		if m.ID == id {
			if m.Error != nil {
				return nil, errors.New(m.Error.Message)
			}
			return m.Result, nil
		}
	}
}

// listen keeps what the console says that a developer would look into.
func (p *Page) listen(m message) {
	var e struct {
		Type  string
		Args  []struct{ Value any }
		Entry struct{ Level, Text string }
		// ExceptionDetails are those of an uncaught exception.
		ExceptionDetails struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	if json.Unmarshal(m.Params, &e) != nil {
		return
	}
	switch m.Method {
	case "Runtime.consoleAPICalled":
		if e.Type == "error" || e.Type == "warning" {
			p.Console = append(p.Console, fmt.Sprint(e.Type, ": ", e.Args))
		}
	case "Runtime.exceptionThrown":
		p.Console = append(p.Console, "exception: "+e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case "Log.entryAdded":
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			p.Console = append(p.Console, e.Entry.Level+": "+e.Entry.Text)
		}
	}
}
