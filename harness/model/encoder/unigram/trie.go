package unigram

import (
	"cmp"
	"slices"
)

// trie holds the pieces by their characters. The children of a node lie side by
// side in ascending order of their character, so that a step is a binary search
// in one short run of memory.
type trie struct {
	nodes []node
}

type node struct {
	char     rune
	children int32 // first child in nodes
	count    int32 // number of children
	piece    int32 // -1 where no piece ends
	score    float64
}

type entry struct {
	text  []rune
	piece int32
	score float64
}

// newTrie returns the trie of the pieces past the reserved ones. Of two equal
// pieces the later one is kept.
func newTrie(pieces []Piece) *trie {
	entries := make([]entry, 0, len(pieces))
	for i, p := range pieces[Reserved:] {
		entries = append(entries, entry{[]rune(p.Text), int32(Reserved + i), p.Score})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return slices.Compare(a.text, b.text) })
	t := &trie{nodes: []node{{piece: -1}}}
	type span struct {
		node, depth int
		entries     []entry
	}
	// Breadth first: all children of a node are appended at once, hence adjacent.
	for queue := []span{{0, 0, entries}}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		rest := s.entries
		for len(rest) > 0 && len(rest[0].text) == s.depth {
			t.nodes[s.node].piece, t.nodes[s.node].score = rest[0].piece, rest[0].score
			rest = rest[1:]
		}
		t.nodes[s.node].children = int32(len(t.nodes))
		for len(rest) > 0 {
			char := rest[0].text[s.depth]
			end := slices.IndexFunc(rest, func(e entry) bool { return e.text[s.depth] != char })
			if end < 0 {
				end = len(rest)
			}
			queue = append(queue, span{len(t.nodes), s.depth + 1, rest[:end]})
			t.nodes = append(t.nodes, node{char: char, piece: -1})
			t.nodes[s.node].count++
			rest = rest[end:]
		}
	}
	return t
}

// step returns the child of a node for a character, -1 if there is none.
func (t *trie) step(from int32, char rune) int32 {
	n := &t.nodes[from]
	run := t.nodes[n.children : n.children+n.count]
	i, ok := slices.BinarySearchFunc(run, char, func(n node, c rune) int { return cmp.Compare(n.char, c) })
	if !ok {
		return -1
	}
	return n.children + int32(i)
}
