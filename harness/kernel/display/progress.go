package display

import (
	"fmt"
	"html"
	"strings"
	"sync"
)

// A Progress is a bar in the output of a cell that fills while work goes on. Its
// methods may be called by several goroutines.
type Progress struct {
	mu          sync.Mutex
	label, id   string
	done, total int
	percent     int
	err         error
}

var bars struct {
	sync.Mutex
	n int
}

// NewProgress shows an empty bar for total steps, at least one. Outside a notebook
// the bar is not shown, and Err says why.
func NewProgress(label string, total int) *Progress {
	bars.Lock()
	bars.n++
	id := fmt.Sprintf("uacs-progress-%d", bars.n)
	bars.Unlock()
	p := &Progress{label: label, id: id, total: max(1, total)}
	e, err := emitter()
	if err == nil {
		err = e.Display(p.data())
	}
	p.err = err
	return p
}

// Add counts n more steps. The output changes when the whole percentage does.
func (p *Progress) Add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = min(p.total, max(0, p.done+n))
	now := p.done * 100 / p.total
	if p.err != nil || now == p.percent {
		return
	}
	p.percent = now
	e, err := emitter()
	if err == nil {
		err = e.Update(p.data())
	}
	p.err = err
}

// Err returns what kept the bar from being shown, nil if nothing did.
func (p *Progress) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// data draws the bar.
func (p *Progress) data() Data {
	filled := p.done * 20 / p.total
	plain := fmt.Sprintf("%s [%s%s] %d/%d", p.label, strings.Repeat("#", filled), strings.Repeat(".", 20-filled), p.done, p.total)
	bar := fmt.Sprintf(`<label>%s <progress value="%d" max="%d"></progress> %d/%d</label>`, html.EscapeString(p.label), p.done, p.total, p.done, p.total)
	d := MakeData3(MIMETypeHTML, plain, bar)
	d.Transient = MIMEMap{"display_id": p.id}
	return d
}
