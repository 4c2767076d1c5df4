package datasets

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"uacs/harness/frame"
	"uacs/harness/sample"
	"uacs/internal/hint"
)

// handMade returns a mirror with the files of mosei and sims, two clips a split.
func handMade(t testing.TB) fstest.MapFS {
	mosei := labelNPZ(t,
		dict(str("a_1"), labelled(float32Scalar(-0.6666667)), str("a_0"), labelled(float32Scalar(1))),
		dict(str("b_3"), labelled(float32Scalar(0)), str("b_4"), labelled(float32Scalar(2))),
		dict(str("c_1"), labelled(float32Scalar(-1)), str("d_1"), labelled(float32Scalar(1.5))))
	sims := labelNPZ(t,
		dict(str("v_0001"), labelled(float64Scalar(-0.8)), str("w_0001"), labelled(float(1))),
		dict(str("v_0002"), labelled(float64Scalar(0)), str("w_0002"), labelled(float(0.2))),
		dict(str("v_0003"), labelled(float64Scalar(0.6)), str("w_0003"), labelled(float(-0.2))))
	modality := strings.Join(modalityColumns.Required, ",") + "\n"
	texts := "name,chinese,english\r\n"
	for i, split := range sample.Splits {
		for j, video := range []string{"v", "w"} {
			label := [][]string{{"-0.8", "1.0"}, {"0.0", "0.2"}, {"0.6", "-0.2"}}[i][j]
			clip := fmt.Sprintf("%04d", i+1)
			modality += strings.Join([]string{video, clip, label, "", "", "", string(split), "p", "1", "f", "True", "True", "0.2", "0.4", "-1"}, ",") + "\n"
			texts += fmt.Sprintf("%s_%s,话%d%s,talk %d%s\r\n", video, clip, i, video, i, video)
		}
	}
	modality += "x,0001,1.0,,,,test,p,1,f,True,True,0,0,0\n" // a clip that only SIMS v2 has
	timed := "video_id,clip_id,text,label,mode\n" +
		"a,9_5,second,-0.6666667,train\na,1_5,first,1.0,train\nb,0_5,third,0.0,valid\nb,3_1,fourth,2.0,valid\nd,1_0,fifth,1.5,test\n"
	return fstest.MapFS{
		"merbench/cmumosei-process/label.npz":                       {Data: mosei},
		"mosei/ailiwood/label.csv":                                  {Data: []byte(timed)},
		"merbench/sims-process/label.npz":                           {Data: sims},
		"merbench/sims-process/transcription-engchi-polish.csv":     {Data: []byte(texts)},
		"chsims_v2/spp72kimo/fusion_Video_videoMAE_with_labels.csv": {Data: []byte(modality)},
		"merbench/cmumosi-process/transcription-engchi-polish.csv":  {Data: []byte(texts)},
		"merbench/simsv2-process/transcription-engchi-polish.csv":   {Data: []byte(texts)},
		"merbench/simsv2-process/label.npz":                         {Data: sims},
	}
}

func TestLoadByTimeOrder(t *testing.T) {
	fsys := handMade(t)
	d, err := Load(fsys, "mosei")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range d.Samples {
		lines = append(lines, fmt.Sprint(s.Split, " ", s.ID, " ", s.Label, " ", s.Text))
	}
	want := []string{
		"train a_1 -0.6666666865348816 second", "train a_0 1 first", "valid b_3 0 third", "valid b_4 2 fourth",
		"test c_1 -1 ", "test d_1 1.5 fifth",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"c_1"}, d.Unjoined); diff != "" {
		t.Errorf("unjoined (-want +got):\n%s", diff)
	}
	warnings := []string{"1 of 6 clips have no text: 1 of 4 videos do not match those of mosei/ailiwood/label.csv in number and labels"}
	if diff := cmp.Diff(warnings, d.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	var sums []string
	for _, f := range d.Files {
		sums = append(sums, fmt.Sprintf("%x\n", sha256.Sum256(fsys[f].Data)))
	}
	slices.Sort(sums)
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(sums, "")))); d.Digest != want || len(sums) != 2 {
		t.Errorf("digest of %q = %s, want %s", d.Files, d.Digest, want)
	}
	if d.Title != "CMU-MOSEI" || d.Range != [2]float64{-3, 3} {
		t.Errorf("title %q, range %v", d.Title, d.Range)
	}
}

func TestLoadModalities(t *testing.T) {
	fsys := handMade(t)
	d, err := Load(fsys, "sims")
	if err != nil {
		t.Fatal(err)
	}
	s := d.Split(sample.Test)[1]
	want := sample.Sample{
		Dataset: "sims", ID: "w_0003", Video: "w", Clip: "0003", Split: "test", Text: "话2w", TextEN: "talk 2w",
		Label: -0.2, LabelT: -1, LabelA: 0.2, LabelV: 0.4,
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("sample (-want +got):\n%s", diff)
	}
	_, err = Load(fsys, "simsv2") // here the file must fit row by row
	if got, want := errorText(err), `load simsv2: `+modalityFile+`:8: "x_0001" has modality labels but no label`; got != want {
		t.Errorf("err = %s, want %s", got, want)
	}
	delete(fsys, modalityFile)
	without, err := Load(fsys, "sims")
	if err != nil {
		t.Fatal(err)
	}
	if w := "no labels from text, audio and video alone: " + modalityFile + " is absent"; !slices.Contains(without.Warnings, w) {
		t.Errorf("warnings = %q", without.Warnings)
	}
	if without.Digest == d.Digest || len(without.Files) != 2 {
		t.Errorf("files = %q with the digest of all three", without.Files)
	}
}

func TestFrame(t *testing.T) {
	d, err := Load(handMade(t), "sims")
	if err != nil {
		t.Fatal(err)
	}
	df, err := d.Frame(sample.Valid)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := frame.WriteCSV(&buf, df); err != nil {
		t.Fatal(err)
	}
	want := "dataset,split,id,video,clip,label,label_t,label_a,label_v,text,text_en\n" +
		"sims,valid,v_0002,v,0002,0,-1,0.2,0.4,话1v,talk 1v\nsims,valid,w_0002,w,0002,0.2,-1,0.2,0.4,话1w,talk 1w\n"
	if diff := cmp.Diff(want, buf.String()); diff != "" {
		t.Errorf("csv (-want +got):\n%s", diff)
	}
}

func TestLoadErrors(t *testing.T) {
	fsys := handMade(t)
	if _, err := Load(fsys, "iemocap"); errorText(err) != `dataset "iemocap" is not known` || hint.Of(err) == "" {
		t.Errorf("err = %v, hint %q", err, hint.Of(err))
	}
	if _, err := Load(fsys, "all"); errorText(err) != `dataset "all" is not known` || hint.Of(err) == "" {
		t.Errorf("err = %v, hint %q", err, hint.Of(err))
	}
	_, err := Load(fsys, "mosi")
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(errorText(err), "load mosi: ") || hint.Of(err) == "" {
		t.Errorf("err = %v, hint %q", err, hint.Of(err))
	}
	fsys["mosei/ailiwood/label.csv"].Data = append(fsys["mosei/ailiwood/label.csv"].Data, "e,1_0,t,9,test\n"...)
	_, err = Load(fsys, "mosei")
	if got, want := errorText(err), "load mosei: mosei/ailiwood/label.csv:7: label: 9 is outside [-3,3]"; got != want {
		t.Errorf("err = %s, want %s", got, want)
	}
}

// What Load reads, the manifests fetch; what it cannot do without is needed.
func TestManifestsNameWhatLoadReads(t *testing.T) {
	for _, m := range Manifests() {
		files := map[string]File{}
		for _, f := range m.Files {
			files[f.Path] = f
		}
		read := &recording{}
		_, _ = Load(read, m.Name)
		for _, path := range read.asked {
			if _, ok := files[path]; !ok {
				t.Errorf("%s: %s is read but not in the manifest", m.Name, path)
			}
		}
		if len(read.asked) != 1 || !files[read.asked[0]].Needed {
			t.Errorf("%s: asked for %q", m.Name, read.asked)
		}
	}
}

// recording is an empty file system that notes what it is asked for.
type recording struct{ asked []string }

func (r *recording) Open(name string) (fs.File, error) {
	r.asked = append(r.asked, name)
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
