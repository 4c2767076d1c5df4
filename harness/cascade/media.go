package cascade

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"uacs/harness/model/chat"
	"uacs/harness/sample"
)

// Media says where the pictures and the sound of clips lie that an endpoint is shown
// beside the transcript. Video, Audio and Frames are paths below Folder in which
// {dataset}, {split}, {id}, {video} and {clip} stand for what the clip is called, such
// as {video}/{clip}.mp4; Frames may have the wildcards of [path.Match], and its files are
// shown in the order of their names. A modality without a path is not shown. A clip whose file
// is not there is not asked about: its record says so.
type Media struct {
	Folder string `yaml:"folder" json:"folder" jsonschema:"folder of the media; a relative one is in the project"`
	Frames string `yaml:"frames" json:"frames,omitempty" jsonschema:"pictures of a clip, such as {id}/*.jpg"`
	Audio  string `yaml:"audio" json:"audio,omitempty" jsonschema:"sound of a clip, such as {id}.wav"`
	Video  string `yaml:"video" json:"video,omitempty" jsonschema:"the clip itself, such as {video}/{clip}.mp4"`
}

var mediaWords = []string{"{dataset}", "{split}", "{id}", "{video}", "{clip}"}

// check reports what is wrong with the paths, without looking for a file.
func (m *Media) check() error {
	if m.Folder == "" {
		return errors.New("folder: is required")
	}
	if m.Frames == "" && m.Audio == "" && m.Video == "" {
		return errors.New("one of frames, audio and video is required")
	}
	for _, p := range []struct{ key, path string }{{"frames", m.Frames}, {"audio", m.Audio}, {"video", m.Video}} {
		if p.path == "" {
			continue
		}
		rest := p.path
		named := false
		for _, word := range mediaWords {
			named = named || (word == "{id}" || word == "{clip}") && strings.Contains(rest, word)
			rest = strings.ReplaceAll(rest, word, "x")
		}
		_, bad := filepath.Match(rest, "x")
		switch {
		case strings.ContainsAny(rest, "{}"):
			return fmt.Errorf("%s: %q has a word in braces that is none of %s", p.key, p.path, strings.Join(mediaWords, ", "))
		case !named:
			return fmt.Errorf("%s: %q is the same for all clips: it needs {id} or {clip}", p.key, p.path)
		case !filepath.IsLocal(rest):
			return fmt.Errorf("%s: %q leads out of the folder", p.key, p.path)
		case bad != nil, p.key != "frames" && strings.ContainsAny(rest, `*?[\`):
			return fmt.Errorf("%s: %q has a wildcard that cannot be used here", p.key, p.path)
		}
	}
	return nil
}

// errMedia is why a clip is not shown to a model.
type errMedia struct{ why string }

func (e *errMedia) Error() string { return e.why }

// of finds the clip's files. An *errMedia says, without a path of this machine, what is
// not there.
func (m *Media) of(root string, s *sample.Sample) (chat.Media, error) {
	var out chat.Media
	if m == nil {
		return out, nil
	}
	folder := m.Folder
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(root, folder)
	}
	frames, err := m.files(folder, m.Frames, s)
	if err != nil {
		return out, err
	}
	out.Frames = frames
	for _, p := range []struct {
		pattern string
		to      *string
	}{{m.Audio, &out.Audio}, {m.Video, &out.Video}} {
		found, err := m.files(folder, p.pattern, s)
		if err != nil {
			return out, err
		}
		if len(found) == 1 {
			*p.to = found[0]
		}
	}
	return out, nil
}

// files lists the files below folder that pattern means for the clip, by name.
func (m *Media) files(folder, pattern string, s *sample.Sample) ([]string, error) {
	if pattern == "" {
		return nil, nil
	}
	names := []string{s.Dataset, string(s.Split), s.ID, s.Video, s.Clip}
	var plain, quoted []string
	for i, word := range mediaWords {
		plain = append(plain, word, names[i])
		quoted = append(quoted, word, quoteGlob(names[i]))
	}
	shown := strings.NewReplacer(plain...).Replace(pattern)
	if !filepath.IsLocal(shown) {
		return nil, &errMedia{"the clip's media have no path in their folder"}
	}
	if !strings.ContainsAny(pattern, `*?[`) {
		path := filepath.Join(folder, shown)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, &errMedia{"there is no file " + shown}
		} else if err != nil {
			return nil, err
		}
		return []string{path}, nil
	}
	found, err := filepath.Glob(filepath.Join(quoteGlob(folder), strings.NewReplacer(quoted...).Replace(pattern)))
	if err == nil && len(found) == 0 {
		err = &errMedia{"there is no file " + shown}
	}
	slices.Sort(found)
	return found, err
}

// quoteGlob makes a name that matches itself alone.
func quoteGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name)
}
