package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string   `arg:"" help:"bash, zsh or fish; words to get the candidates for an unfinished command line." enum:"bash,zsh,fish,words"`
	Line  []string `arg:"" optional:"" passthrough:"" help:"With words: the command line so far, its last word unfinished."`
}

// Help is shown by --help.
func (completionCmd) Help() string {
	return "Example, for this and all later shells:\n  uacs completion bash >> ~/.bashrc\n\n" +
		"fish: uacs completion fish > ~/.config/fish/completions/uacs.fish"
}

// scripts hand the words to uacs itself, so that they never age.
var completionScripts = map[string]string{
	"bash": `_uacs() { local IFS=$'\n'; COMPREPLY=($(uacs completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)); }
complete -o default -F _uacs uacs
`,
	"zsh": `_uacs() { local -a found; found=(${(f)"$(uacs completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)"}); if (( $#found )); then compadd -a found; else _files; fi; }
compdef _uacs uacs
`,
	"fish": `complete -c uacs -a '(uacs completion words -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
}

// Run prints the script, or the candidates.
func (c completionCmd) Run(a *app, k *kong.Kong) error {
	if c.Shell != "words" {
		fmt.Fprint(a.Stdout, completionScripts[c.Shell])
		return nil
	}
	line := c.Line
	if len(line) > 0 && line[0] == "--" {
		line = line[1:]
	}
	for _, word := range candidates(k.Model.Node, line) {
		fmt.Fprintln(a.Stdout, word)
	}
	return nil
}

// candidates are the commands and flags that the last word of the line may become,
// sorted; none where it is an argument, which is left to the shell.
func candidates(node *kong.Node, line []string) []string {
	last := ""
	if len(line) > 0 {
		last, line = line[len(line)-1], line[:len(line)-1]
	}
	for _, word := range line {
		i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
		if i < 0 {
			continue // a flag, its value or an argument
		}
		node = node.Children[i]
	}
	var out []string
	add := func(word string) {
		if strings.HasPrefix(word, last) {
			out = append(out, word)
		}
	}
	for _, child := range node.Children {
		if !child.Hidden {
			add(child.Name)
		}
	}
	if strings.HasPrefix(last, "-") {
		for _, flags := range node.AllFlags(true) {
			for _, f := range flags {
				add("--" + f.Name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
