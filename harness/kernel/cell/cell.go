// Package cell cuts the source of a notebook cell into top-level items:
// imports, declarations, statements and magics. It needs no types and never
// fails: source that is no Go becomes statements, for the parser to complain of.
package cell

import (
	"go/scanner"
	"go/token"
	"strings"
)

// Kind says what an item is.
type Kind int

// The kinds of item.
const (
	Stmt Kind = iota
	Import
	Func
	Type
	Const
	Var
	Magic
)

// An Item is one top-level piece of a cell.
type Item struct {
	Kind Kind
	Src  string // without the white space and comments around it
	Off  int    // byte offset in the cell
	Line int    // of Src in the cell, from 1
	Col  int    // of Src in its line, in bytes from 1
}

// Split cuts src at the semicolons outside all brackets, written or implied.
// Items come in order and do not overlap; what lies between them is white
// space, comments, semicolons and, at the very end, unfinished tokens. Lines
// that begin with % before the first line of Go are magics, one item each.
func Split(src string) []Item {
	items, start := magics(src)
	s := splitter{src: src, items: items, start: -1}
	s.file = token.NewFileSet().AddFile("", 1, len(src))
	s.file.SetLinesForContent([]byte(src))
	s.scan(start)
	for i := range s.items {
		s.place(&s.items[i])
	}
	return s.items
}

// magics returns the leading magic lines and the offset after them.
func magics(src string) (items []Item, off int) {
	for off < len(src) {
		line := src[off:]
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		text := strings.TrimSpace(line)
		if text != "" && text[0] != '%' {
			break
		}
		if text != "" {
			items = append(items, Item{Kind: Magic, Src: text, Off: off + strings.Index(line, text)})
		}
		off += len(line)
	}
	return items, off
}

type splitter struct {
	src   string
	file  *token.File
	items []Item
	start int
	toks  []token.Token // of the item being read
	end   int           // offset of the token after it
	depth int
}

func (s *splitter) scan(from int) {
	var sc scanner.Scanner
	blank := strings.Repeat(" ", from) + s.src[from:]
	f := token.NewFileSet().AddFile("", 1, len(blank))
	sc.Init(f, []byte(blank), func(token.Position, string) {}, 0)
	for {
		pos, tok, lit := sc.Scan()
		off := min(int(pos)-1, len(s.src))
		s.end = off
		if tok == token.EOF {
			s.flush()
			return
		}
		if tok == token.SEMICOLON && s.depth <= 0 && s.ends(lit) {
			s.flush()
			continue
		}
		if tok == token.SEMICOLON && s.start < 0 {
			continue
		}
		s.take(off, tok)
	}
}

func (s *splitter) take(off int, tok token.Token) {
	if s.start < 0 {
		s.start, s.toks, s.depth = off, nil, 0
	}
	switch tok {
	case token.LPAREN, token.LBRACE, token.LBRACK:
		s.depth++
	case token.RPAREN, token.RBRACE, token.RBRACK:
		s.depth--
	}
	s.toks = append(s.toks, tok)
}

// ends says whether a semicolon outside brackets ends the item; one in the
// header of a for, if, switch or select does not.
func (s *splitter) ends(lit string) bool {
	if len(s.toks) == 0 || lit == "\n" {
		return true
	}
	first := s.toks[0]
	if len(s.toks) > 2 && s.toks[1] == token.COLON {
		first = s.toks[2]
	}
	switch first {
	case token.IF, token.FOR, token.SWITCH, token.SELECT:
		return s.toks[len(s.toks)-1] == token.RBRACE
	}
	return true
}

func (s *splitter) flush() {
	if s.start >= 0 && s.end > s.start {
		src := strings.TrimRight(s.src[s.start:s.end], " \t\r\n")
		s.items = append(s.items, Item{Kind: kindOf(s.toks), Src: src, Off: s.start})
	}
	s.start, s.toks, s.depth = -1, nil, 0
}

func (s *splitter) place(it *Item) {
	p := s.file.Position(token.Pos(it.Off + 1))
	it.Line, it.Col = p.Line, p.Column
}

func kindOf(toks []token.Token) Kind {
	switch toks[0] {
	case token.IMPORT:
		return Import
	case token.TYPE:
		return Type
	case token.CONST:
		return Const
	case token.VAR:
		return Var
	case token.FUNC:
		if declares(toks) {
			return Func
		}
	}
	return Stmt
}

// declares tells a function or method declaration from a function literal.
func declares(toks []token.Token) bool {
	if len(toks) < 3 {
		return false
	}
	if toks[1] == token.IDENT {
		return true
	}
	depth := 0
	for i, t := range toks[1:] {
		switch t {
		case token.LPAREN:
			depth++
		case token.RPAREN:
			depth--
		}
		if depth == 0 {
			rest := toks[i+2:]
			return len(rest) > 1 && rest[0] == token.IDENT && (rest[1] == token.LPAREN || rest[1] == token.LBRACK && method(rest))
		}
	}
	return false
}

// method says whether "IDENT [ ... ] (" follows a receiver.
func method(rest []token.Token) bool {
	for i, t := range rest {
		if t == token.RBRACK {
			return i+1 < len(rest) && rest[i+1] == token.LPAREN
		}
	}
	return false
}
