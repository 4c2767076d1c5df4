package display

import "errors"

// An Asker is an [Emitter] that can ask the reader of the notebook.
type Asker interface {
	// Ask shows prompt and waits for a line; a password is not echoed.
	Ask(prompt string, password bool) (string, error)
	// Clear removes the outputs of the running cell, with wait not before the next
	// output.
	Clear(wait bool) error
}

// Input asks the reader of the notebook for a line of text. Where nobody can be
// asked, as in a run without Jupyter, it is an error.
func Input(prompt string) (string, error) { return ask(prompt, false) }

// Password is [Input] for what must not be shown while it is typed.
func Password(prompt string) (string, error) { return ask(prompt, true) }

func ask(prompt string, password bool) (string, error) {
	a, err := asker()
	if err != nil {
		return "", err
	}
	return a.Ask(prompt, password)
}

// ClearOutput removes what the running cell has shown; with wait, the old output
// stays until there is a new one.
func ClearOutput(wait bool) error {
	a, err := asker()
	if err != nil {
		return err
	}
	return a.Clear(wait)
}

func asker() (Asker, error) {
	e, err := emitter()
	if err != nil {
		return nil, err
	}
	a, ok := e.(Asker)
	if !ok {
		return nil, errors.New("display: the notebook takes no input")
	}
	return a, nil
}
