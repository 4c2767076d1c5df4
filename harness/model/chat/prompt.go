package chat

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"uacs/harness/sample"
	"uacs/internal/schema"
	"uacs/internal/strictyaml"
)

// Prompt is the wording of questions in one language: templates of package
// text/template. Their data is what [Fields] documents; a name that it does not
// have is an error when the prompt is loaded.
type Prompt struct {
	Name string `yaml:"name" json:"name" jsonschema:"stem of the file"`
	// Language is en or zh.
	Language string `yaml:"language" json:"language" jsonschema:"language of the wording: en or zh"`
	// Asks is score, a number on the label scale, or label, one of Words.
	Asks string `yaml:"asks" json:"asks" jsonschema:"what an answer must be: score or label"`
	// Confidence says whether the model is asked how sure it is, in [0,1].
	Confidence bool `yaml:"confidence" json:"confidence,omitempty" jsonschema:"whether the model is asked for its confidence, in [0,1]"`
	// Strict takes no text beside the answer, see answer.Grammar.
	Strict bool `yaml:"strict" json:"strict,omitempty" jsonschema:"whether an answer with other text beside it is a failure"`
	// Words are the allowed answers, from negative to positive.
	Words []Word `yaml:"words" json:"words,omitempty" jsonschema:"allowed answers, from negative to positive; needed if a label is asked for"`

	System string `yaml:"system" json:"system" jsonschema:"template of the system message"`
	First  string `yaml:"first" json:"first" jsonschema:"template of the question in the first round"`
	// Second are the wordings of a second round.
	Second []Variant `yaml:"second" json:"second,omitempty" jsonschema:"wordings of a second round, which quote both earlier answers"`

	// Hypotheses name the choices that the paper does not settle.
	Hypotheses []string `yaml:"hypotheses" json:"hypotheses,omitempty" jsonschema:"choices that the paper does not settle"`

	system, first *template.Template
	second        map[string]*template.Template
	digest        string
}

// Word is an allowed answer and the label it stands for.
type Word struct {
	// Word is what the model is to say.
	Word string `yaml:"word" json:"word" jsonschema:"what the model is to say"`
	// Label is negative, weakly negative, neutral, weakly positive or positive.
	Label string `yaml:"label" json:"label" jsonschema:"negative, weakly negative, neutral, weakly positive or positive"`
}

// Variant is one wording of a second round.
type Variant struct {
	Name string `yaml:"name" json:"name" jsonschema:"name by which requests choose the wording, such as uacs-v1"`
	Text string `yaml:"text" json:"text" jsonschema:"template of the question"`
}

// Fields are what a template can name.
type Fields struct {
	// HasText, HasAudio and HasVideo say what the question shows.
	HasText, HasAudio, HasVideo bool
	// Frames is the number of pictures, 0 if a video is sent whole.
	Frames int
	// Transcript is the transcript between <transcript> and </transcript>, each on
	// its own line. A tag of that name within the transcript is defused.
	Transcript string
	// Min and Max bound the label scale, in the shortest decimal form.
	Min, Max string
	// Words are the allowed answers, joined by commas.
	Words string
	// Small and Large are the earlier answers; naming them in a first round is an error.
	Small, Large *Quoted
}

// Quoted is an earlier answer as a template sees it.
type Quoted struct {
	// Answer is the number or the word.
	Answer      string
	uncertainty float64
}

// Uncertainty is the uncertainty in [0,1] with two decimals. One that is not known
// is an error.
func (q *Quoted) Uncertainty() (string, error) {
	if !(q.uncertainty >= 0 && q.uncertainty <= 1) {
		return "", fmt.Errorf("the uncertainty of the earlier answer %q is %v, not a number in [0,1]", q.Answer, q.uncertainty)
	}
	return strconv.FormatFloat(q.uncertainty, 'f', 2, 64), nil
}

// PromptSchema returns the JSON schema of a prompt's file.
func PromptSchema() ([]byte, error) {
	return schema.Of[Prompt]("The wording of questions to a multimodal language model")
}

// LoadPrompt reads and checks one prompt, and renders each of its templates once on
// made-up data, so that a wrong name is found before anything is asked.
func LoadPrompt(fsys fs.FS, file string) (*Prompt, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	p := new(Prompt)
	if err := strictyaml.Decode(file, data, p); err != nil {
		return nil, err
	}
	if err := p.compile(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// SHA256 is the hex digest of all that the prompt's wording consists of: its
// templates and words, without name and hypotheses.
func (p *Prompt) SHA256() string { return p.digest }

// Variants are the names of the wordings of a second round, in the file's order.
func (p *Prompt) Variants() []string {
	names := make([]string, len(p.Second))
	for i, v := range p.Second {
		names[i] = v.Name
	}
	return names
}

func (p *Prompt) compile() error {
	if err := p.check(); err != nil {
		return err
	}
	var err error
	if p.system, err = p.parse("system", p.System); err != nil {
		return err
	}
	if p.first, err = p.parse("first", p.First); err != nil {
		return err
	}
	p.second = map[string]*template.Template{}
	for _, v := range p.Second {
		if v.Name == "" || p.second[v.Name] != nil {
			return fmt.Errorf("second: the name %q is empty or there twice", v.Name)
		}
		if p.second[v.Name], err = p.parse("second."+v.Name, v.Text); err != nil {
			return err
		}
	}
	wording, err := json.Marshal([]any{p.System, p.First, p.Second, p.Words, p.Asks, p.Confidence, p.Strict})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(wording)
	p.digest = hex.EncodeToString(sum[:])
	return p.try()
}

func (p *Prompt) check() error {
	switch {
	case p.Name == "" || strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return fmt.Errorf("name: %q must be of a-z, 0-9 and -", p.Name)
	case p.Language != "en" && p.Language != "zh":
		return fmt.Errorf("language: %q is not en or zh", p.Language)
	case p.Asks != "score" && p.Asks != "label":
		return fmt.Errorf("asks: %q is not score or label", p.Asks)
	case p.Asks == "label" && len(p.Words) < 2:
		return errors.New("words: a question for a label needs at least two")
	case strings.TrimSpace(p.System) == "" || strings.TrimSpace(p.First) == "":
		return errors.New("system and first are required")
	}
	for i, w := range p.Words {
		if _, ok := sample.ParsePolarity(w.Label); !ok {
			return fmt.Errorf("words: %q is no label", w.Label)
		}
		if w.Word == "" || slices.ContainsFunc(p.Words[:i], func(o Word) bool { return o.Word == w.Word || o.Label == w.Label }) {
			return fmt.Errorf("words: %q is empty, or its word or label is there twice", w.Word)
		}
	}
	return nil
}

func (p *Prompt) parse(name, text string) (*template.Template, error) {
	t, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// try renders every template with everything shown and with text alone, and
// demands that the transcript is in the question.
func (p *Prompt) try() error {
	opinion := &Opinion{Answer: "+1.00", Uncertainty: 0.5}
	for _, media := range []Media{{}, {Frames: []string{"f.png"}, Audio: "a.wav"}} {
		r := Request{Round: 1, Transcript: "words", Media: media, Min: -3, Max: 3}
		if err := p.tryOne(&r); err != nil {
			return err
		}
		for _, v := range p.Second {
			r.Round, r.Variant, r.Small, r.Large = 2, v.Name, opinion, opinion
			if err := p.tryOne(&r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Prompt) tryOne(r *Request) error {
	_, question, err := p.words(r)
	if err != nil {
		return err
	}
	if !strings.Contains(question, openTag+"\nwords\n"+closeTag) {
		return fmt.Errorf("round %d %s: the question must contain {{.Transcript}} where there is a text", r.Round, r.Variant)
	}
	return nil
}

// words renders the system message and the question.
func (p *Prompt) words(r *Request) (system, question string, err error) {
	f := Fields{
		HasText: r.Transcript != "", HasAudio: r.Media.Audio != "", HasVideo: r.Media.pictures(), Frames: len(r.Media.Frames),
		Transcript: delimited(r.Transcript), Min: decimal(r.Min), Max: decimal(r.Max), Words: p.wordList(),
	}
	t := p.first
	if r.Round == 2 {
		if t = p.second[r.Variant]; t == nil {
			return "", "", fmt.Errorf("prompt %s has no second round called %q (it has %s)", p.Name, r.Variant, strings.Join(p.Variants(), ", "))
		}
		f.Small, f.Large = quoted(r.Small), quoted(r.Large)
	}
	var out bytes.Buffer
	if err := p.system.Execute(&out, f); err != nil {
		return "", "", fmt.Errorf("prompt %s: %w", p.Name, err)
	}
	system = strings.TrimSpace(out.String())
	out.Reset()
	if err := t.Execute(&out, f); err != nil {
		return "", "", fmt.Errorf("prompt %s: %w", p.Name, err)
	}
	return system, strings.TrimSpace(out.String()), nil
}

func (p *Prompt) wordList() string {
	separator := ", "
	if p.Language == "zh" {
		separator = "、"
	}
	return strings.Join(p.wordsOnly(), separator)
}

func quoted(o *Opinion) *Quoted { return &Quoted{Answer: o.Answer, uncertainty: o.Uncertainty} }

// decimal writes a bound of a scale; a negative zero has no sign.
func decimal(x float64) string { return strconv.FormatFloat(x+0, 'g', -1, 64) }
