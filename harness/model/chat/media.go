package chat

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Media are the files of a clip that a model gets beside the transcript. Paths are
// of this machine; no URL is fetched.
type Media struct {
	// Frames are pictures sampled from the clip, in order: png, jpeg, webp or gif.
	Frames []string
	// Audio is the clip's sound: wav or mp3.
	Audio string
	// Video is the whole clip: mp4, webm, mkv or mov. It is sent as a video_url part,
	// which vLLM and SGLang take and most others do not.
	Video string
}

func (m *Media) empty() bool { return len(m.Frames) == 0 && m.Audio == "" && m.Video == "" }

// pictures reports whether the model sees the clip.
func (m *Media) pictures() bool { return len(m.Frames) > 0 || m.Video != "" }

// medium is one file and the kind of part it becomes.
type medium struct{ kind, file string }

// files lists m in the order in which it is sent: frames, video, audio.
func (m *Media) files() []medium {
	var out []medium
	for _, f := range m.Frames {
		out = append(out, medium{"image", f})
	}
	if m.Video != "" {
		out = append(out, medium{"video", m.Video})
	}
	if m.Audio != "" {
		out = append(out, medium{"audio", m.Audio})
	}
	return out
}

var mimeTypes = map[string]map[string]string{
	"image": {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif"},
	"audio": {".wav": "audio/wav", ".mp3": "audio/mpeg"},
	"video": {".mp4": "video/mp4", ".webm": "video/webm", ".mkv": "video/x-matroska", ".mov": "video/quicktime"},
}

// check reports, without reading them, files that are not there, are of no type
// known here, that the endpoint does not take, or that are too large together.
func (m *Media) check(e *Endpoint) error {
	total := int64(0)
	for _, f := range m.files() {
		if !slices.Contains(e.Parts, f.kind) {
			return fmt.Errorf("media: %s: the endpoint %s takes no %s (its parts are: %s)", f.file, e.Name, f.kind, strings.Join(e.Parts, ", "))
		}
		if mimeTypes[f.kind][strings.ToLower(filepath.Ext(f.file))] == "" {
			return fmt.Errorf("media: %s: the ending is of no known type of %s", f.file, f.kind)
		}
		info, err := os.Stat(f.file)
		if err != nil {
			return fmt.Errorf("media: %w", err)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("media: %s is no regular file", f.file)
		}
		total += info.Size()
	}
	if limit := e.Limits.MediaMB * 1e6; float64(total) > limit {
		return fmt.Errorf("media: %d bytes are more than limits.media_mb allows (%g MB)", total, e.Limits.MediaMB)
	}
	return nil
}

// load reads m as parts, at most limit bytes of each file.
func (m *Media) load(limit int64) ([]Part, error) {
	var parts []Part
	for _, f := range m.files() {
		data, err := readAtMost(f.file, limit)
		if err != nil {
			return nil, fmt.Errorf("media: %w", err)
		}
		mime := mimeTypes[f.kind][strings.ToLower(filepath.Ext(f.file))]
		if sniffed := http.DetectContentType(data); f.kind == "image" && sniffed != mime {
			return nil, fmt.Errorf("media: %s: the content is %s, not %s", f.file, sniffed, mime)
		}
		parts = append(parts, Part{Kind: f.kind, MIME: mime, Data: data})
	}
	return parts, nil
}

func readAtMost(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", name, limit)
	}
	return data, err
}
