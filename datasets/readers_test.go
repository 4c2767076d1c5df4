package datasets

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"uacs/harness/sample"
	"uacs/internal/hint"
)

var (
	seven = [2]float64{-3, 3}
	unit  = [2]float64{-1, 1}
)

func TestSplitID(t *testing.T) {
	for _, c := range []struct{ name, id, video, clip string }{
		{"plain", "video_0001_0002", "video_0001", "0002"},
		{"underscore and hyphen inside the video", "-_a-b_c_10", "-_a-b_c", "10"},
		{"feature files", "a_b$_$12", "a_b", "12"},
		{"all digits", "101787_0", "101787", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			video, clip, err := SplitID(c.id)
			if err != nil || video != c.video || clip != c.clip {
				t.Errorf("SplitID(%q) = %q, %q, %v; want %q, %q", c.id, video, clip, err, c.video, c.clip)
			}
		})
	}
	for _, id := range []string{"", "abc", "_1", "abc_", "$_$1", "abc$_$"} {
		if video, clip, err := SplitID(id); err == nil {
			t.Errorf("SplitID(%q) = %q, %q without an error", id, video, clip)
		}
	}
}

// A cut clip belongs to its video; a clip whose number merely ends in one digit
// after a shorter number is none.
func TestClipParts(t *testing.T) {
	l := &loading{Dataset: Dataset{Samples: clips(sample.Test, "a_0005_00011_1", 1.0, "a_0005_00011", 1.0, "a_0001_1", 1.0, "b_00011_12", 1.0)}}
	if err := clipParts(l); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range l.Samples {
		got = append(got, s.Video+" "+s.Clip)
		if joinID(s.Video, s.Clip) != s.ID {
			t.Errorf("%s became %s and %s", s.ID, s.Video, s.Clip)
		}
	}
	if diff := cmp.Diff([]string{"a_0005 00011_1", "a_0005 00011", "a_0001 1", "b_00011 12"}, got); diff != "" {
		t.Errorf("video and clip (-want +got):\n%s", diff)
	}
}

const labelHeader = "video_id,clip_id,text,label,label_T,label_A,label_V,annotation,mode\n"

func TestReadLabelCSV(t *testing.T) {
	nan := math.NaN()
	in := "\ufeff" + strings.TrimSuffix(labelHeader, "\n") + ",\r\n" +
		"0012,0001,\"one, \"\"two\"\"\nthree\",0.6,0.2,-0.4,1,Positive,train,\r\n" +
		"-3g_5,07,,-1,,,,Negative,test,x\r\n" +
		"\r\n" +
		"1e5,1_0,NaN,0,,,,Positive,valid,\r\n"
	got, warnings, err := ReadLabelCSV("l.csv", []byte(in), "sims", unit)
	if err != nil {
		t.Fatal(err)
	}
	want := []sample.Sample{ // by hand
		{Dataset: "sims", ID: "0012_0001", Video: "0012", Clip: "0001", Split: "train", Text: "one, \"two\"\nthree", Label: 0.6, LabelT: 0.2, LabelA: -0.4, LabelV: 1},
		{Dataset: "sims", ID: "-3g_5_07", Video: "-3g_5", Clip: "07", Split: "test", Label: -1, LabelT: nan, LabelA: nan, LabelV: nan},
		{Dataset: "sims", ID: "1e5_1_0", Video: "1e5", Clip: "1_0", Split: "valid", Text: "NaN", LabelT: nan, LabelA: nan, LabelV: nan},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{`l.csv:6: annotation "Positive" contradicts the label 0`}, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// A short header, as MOSEI's file has it, in another order.
func TestReadLabelCSVShortHeader(t *testing.T) {
	got, _, err := ReadLabelCSV("l.csv", []byte("mode,label,text,clip_id,video_id\ntest,-2.5,t,1,v"), "mosei", seven)
	if err != nil || len(got) != 1 || got[0].ID != "v_1" || got[0].Label != -2.5 || !math.IsNaN(got[0].LabelT) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReadersReject(t *testing.T) {
	label := func(data []byte) error { _, _, err := ReadLabelCSV("f", data, "mosi", seven); return err }
	text := func(data []byte) error { _, err := readTranscripts("f", data); return err }
	timed := func(data []byte) error { _, err := readTimedTexts("f", data, seven); return err }
	modality := func(data []byte) error { _, err := readModalityLabels("f", data, unit); return err }
	const names, short, good = "name,chinese,english\n", "video_id,clip_id,text,label,mode\n", "v,1,t,0.5,train\n"
	wide := strings.Join(modalityColumns.Required, ",") + "\n"
	for _, c := range []struct {
		name     string
		read     func([]byte) error
		in, want string
		hint     bool
	}{
		{"empty file", text, "", "f:1: the file is empty, without even a header", false},
		{"only a byte order mark", text, "\ufeff", "f:1: the file is empty, without even a header", false},
		{"wrong header", text, "name,english,german\n", `f:1: header "name,english,german": unknown column "german"`, true},
		{"column missing", text, "name,english\n", `f:1: header "name,english": no column "chinese"`, true},
		{"column twice", text, "name,name,english\n", `f:1: header "name,name,english": column "name" stands twice`, true},
		{"row too short", text, names + "v_1,a\n", "f:2: 2 fields where the header has 3", true},
		{"row too long, after a quoted line break", text, names + "v_1,\"a\nb\",c\nv_2,a,b,c\n", "f:4: 4 fields where the header has 3", true},
		{"open quote", text, names + "v_1,\"a,b\n", `f:2: column 10: extraneous or missing " in quoted-field`, true},
		{"open quote that swallows rows", text, names + "v_1,\"a,b\nv_2,\"c\",d\n", `f:2: column 5 of line 3: extraneous or missing " in quoted-field`, true},
		{"stray quote", text, names + "v_1,a\"b,c\n", `f:2: column 6: bare " in non-quoted-field`, true},
		{"not UTF-8", text, names + "v_1,\xc4\xe3,b\n", "f:2: byte 25 of the file, 0xc4, is not UTF-8", true},
		{"id without clip", text, names + "v,a,b\n", `f:2: name: id: "v" is not VIDEO_CLIP`, false},
		{"id twice", text, names + "v_1,a,b\nv_2,a,b\nv_1,c,d\n", `f:4: id "v_1" stands twice; the first is in line 2`, false},
		{"empty text", text, names + "v_1,a, \n", "f:2: english: the cell is empty", false},

		{"two columns too many", label, "video_id,clip_id,text,label,mode,a,b\n", `f:1: header "video_id,clip_id,text,label,mode,a,b": unknown column "a"`, true},
		{"label not a number", label, short + good + "v,2,t,high,train\n", `f:3: label: "high" is not a number`, false},
		{"label with a comma", label, short + "v,2,t,\"0,5\",train\n", `f:2: label: "0,5" is not a number`, false},
		{"label NaN", label, short + "v,2,t,nan,train\n", "f:2: label: NaN is not a finite number", false},
		{"label too large for a float", label, short + "v,2,t,1e999,train\n", "f:2: label: +Inf is not a finite number", false},
		{"label out of range", label, short + "v,2,t,3.2,train\n", "f:2: label: 3.2 is outside [-3,3]", true},
		{"label empty", label, short + "v,2,t,,train\n", "f:2: label: the cell is empty", false},
		{"unknown mode", label, short + "v,2,t,1,dev\n", `f:2: mode: "dev" is not train, valid or test`, true},
		{"empty clip", label, short + "v,,t,1,train\n", "f:2: clip_id: the cell is empty", false},
		{"clip twice", label, short + good + good, `f:3: id "v_1" stands twice; the first is in line 2`, false},
		{"modality label NaN", label, labelHeader + "v,1,t,1,NaN,1,1,Positive,train\n", "f:2: label_T: NaN is not a finite number", false},

		{"clip number for a start time", timed, short + good, `f:2: clip_id: "1" is not a start time such as 82_7645`, true},
		{"timed clip without text", timed, short + "v,1_5,,0.5,train\n", "f:2: text: the cell is empty", false},

		{"modality file without a column", modality, "video_id,clip_id\n", `f:1: header "video_id,clip_id": no column "y_true"`, true},
		{"modality label empty", modality, wide + "v,1,1,,,,test,p,1,f,True,True,1,,1\n", "f:2: label_V: the cell is empty", false},
		{"modality label out of range", modality, wide + "v,1,1,,,,test,p,1,f,True,True,2,1,1\n", "f:2: label_A: 2 is outside [-1,1]", true},
		{"modality id twice", modality, wide + strings.Repeat("v,1,1,,,,test,p,1,f,True,True,1,1,1\n", 2), `f:3: id "v_1" stands twice; the first is in line 2`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.read([]byte(c.in))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if h := hint.Of(err); (h != "") != c.hint {
				t.Errorf("hint = %q", h)
			}
		})
	}
}

// clips returns samples of one split with the given ids and labels.
func clips(split sample.Split, idLabel ...any) []sample.Sample {
	var out []sample.Sample
	for i := 0; i < len(idLabel); i += 2 {
		s := sample.Sample{Dataset: "d", Split: split, ID: idLabel[i].(string), Label: idLabel[i+1].(float64)}
		s.Video, s.Clip, _ = SplitID(s.ID)
		s.LabelT, s.LabelA, s.LabelV = sample.Unknown(), sample.Unknown(), sample.Unknown()
		out = append(out, s)
	}
	return out
}

func TestAddTranscripts(t *testing.T) {
	texts, err := readTranscripts("f", []byte("name,chinese,english\r\nv_2,\"二\n行\",two\r\nv_1,一,one\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, english := range []bool{true, false} {
		samples := clips(sample.Test, "v_1", 1.0, "v_2", -1.0)
		if err := addTranscripts(samples, "f", texts, english); err != nil {
			t.Fatal(err)
		}
		want := "二\n行"
		if english {
			want = "two"
		}
		if samples[1].Text != want || samples[1].TextEN != "two" || samples[0].TextEN != "one" {
			t.Errorf("english %v: %+v", english, samples)
		}
	}
	err = addTranscripts(clips(sample.Test, "v_1", 1.0), "f", texts, true)
	if got, want := errorText(err), `f:2: "v_2" has a text but no label`; got != want {
		t.Errorf("err = %s, want %s", got, want)
	}
	err = addTranscripts(clips(sample.Test, "v_1", 1.0, "v_2", 1.0, "v_3", 1.0), "f", texts, true)
	if got, want := errorText(err), `f: "v_3" has a label but no text (1 of 3 clips lack one)`; got != want {
		t.Errorf("err = %s, want %s", got, want)
	}
}

func errorText(err error) string {
	if err == nil {
		return "<nil>"
	}
	return err.Error()
}

func TestAddModalityLabels(t *testing.T) {
	rows := []modalityRow{
		{id: "v_1", video: "v", split: sample.Test, label: 1, t: 0.2, a: 0.4, v: 0.6, line: 2},
		{id: "v_2", video: "v", split: sample.Train, label: -1, line: 3},
		{id: "u_1_0", video: "u", split: sample.Test, label: 1, line: 4},
	}
	one := func() []sample.Sample { return clips(sample.Test, "v_1", 1.0) }
	samples := one()
	if err := addModalityLabels(samples, "f", rows, false); err != nil {
		t.Fatal(err)
	}
	if s := samples[0]; s.LabelT != 0.2 || s.LabelA != 0.4 || s.LabelV != 0.6 {
		t.Errorf("labels = %v, %v, %v", s.LabelT, s.LabelA, s.LabelV)
	}
	for _, c := range []struct {
		name, want string
		samples    []sample.Sample
		whole      bool
	}{
		{"row without clip", `f:3: "v_2" has modality labels but no label`, one(), true},
		{"clip without row", `f: "v_3" has no modality labels (1 of 2 clips lack them)`, append(one(), clips(sample.Test, "v_3", 0.0)...), false},
		{"other label", `f:2: "v_1" has label 1 in test, elsewhere 0.8 in test`, clips(sample.Test, "v_1", 0.8), false},
		{"other video", `f:4: "u_1_0" is of video "u", elsewhere of "u_1"`, clips(sample.Test, "u_1_0", 1.0), false},
		{"other split", `f:2: "v_1" has label 1 in test, elsewhere 1 in train`, clips(sample.Train, "v_1", 1.0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := errorText(addModalityLabels(c.samples, "f", rows, c.whole)); got != c.want {
				t.Errorf("err = %s, want %s", got, c.want)
			}
		})
	}
}

func TestAddTimedTexts(t *testing.T) {
	// Labels as stored: float32 widened. "good" joins out of order; the other
	// videos each break one condition of the join.
	third := float64(float32(1.0 / 3))
	samples := clips(sample.Train, "good_10", third, "good_2", -2.0, "short_1", 0.0, "label_1", 1.0, "tie_1", 0.0, "tie_2", 0.0,
		"same_1", 0.0, "same_01", 0.0, "none_1", 1.0)
	file := "video_id,clip_id,text,label,mode\n" +
		"good,100_25,late,0.33333334,train\ngood,20_5,early,-2.0,train\n" +
		"short,1_0,a,0,train\nshort,2_0,b,0,train\nlabel,1_0,c,2,train\n" +
		"tie,3_0,d,0,train\ntie,3_00,e,0,train\nsame,1_0,f,0,train\nsame,2_0,g,0,train\n" +
		"extra,-1_5,h,0,test\n"
	texts, err := readTimedTexts("f", []byte(file), seven)
	if err != nil {
		t.Fatal(err)
	}
	join, err := addTimedTexts(samples, "f", texts)
	if err != nil {
		t.Fatal(err)
	}
	want := timeJoin{
		videos: 6, joined: 1, unused: 8,
		without: []string{"short_1", "label_1", "tie_1", "tie_2", "same_1", "same_01", "none_1"},
	}
	if diff := cmp.Diff(want, join, cmp.AllowUnexported(timeJoin{})); diff != "" {
		t.Errorf("join (-want +got):\n%s", diff)
	}
	if samples[0].Text != "late" || samples[1].Text != "early" || samples[1].TextEN != "early" {
		t.Errorf("texts = %q, %q", samples[0].Text, samples[1].Text)
	}
	_, err = addTimedTexts(clips(sample.Test, "good_1", -2.0, "good_2", third), "f", texts)
	if got, want := errorText(err), `f:3: the clip is in train, but "good_1" is in test`; got != want {
		t.Errorf("err = %s, want %s", got, want)
	}
	_, err = addTimedTexts(clips(sample.Test, "good_x", -2.0), "f", texts)
	if got, want := errorText(err), `f: "good_x": the clip "x" is not a whole number`; got != want {
		t.Errorf("err = %s, want %s", got, want)
	}
}

func FuzzReadLabelCSV(f *testing.F) {
	f.Add([]byte(labelHeader + "v,1,\"a\nb\",0.5,,,,Positive,train\n"))
	f.Add([]byte("\ufeffvideo_id,clip_id,text,label,mode,x\r\nv,1_5,t,-1e-3,test,\r\n"))
	f.Add([]byte("video_id,clip_id,text,label,mode\nv,82_7645,\xff,1,valid"))
	f.Fuzz(func(t *testing.T, data []byte) {
		samples, _, err := ReadLabelCSV("f", data, "mosi", seven)
		if err != nil && len(samples) > 0 {
			t.Fatal("samples beside an error")
		}
		seen := map[string]bool{}
		for _, s := range samples {
			if seen[s.ID] || s.Video == "" || s.Clip == "" || !(s.Label >= -3 && s.Label <= 3) {
				t.Fatalf("accepted %+v", s)
			}
			seen[s.ID] = true
		}
		if texts, err := readTimedTexts("f", data, seven); err == nil {
			_, _ = addTimedTexts(clips(sample.Train, "v_1", 0.5), "f", texts)
		}
	})
}

func FuzzReadTranscripts(f *testing.F) {
	f.Add([]byte("name,chinese,english\r\nv_1,\"a\nb\",c\r\n"))
	f.Add([]byte("english,chinese,name\na,\"\"\"b\"\"\",v_w_1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		texts, err := readTranscripts("f", data)
		if err != nil {
			return
		}
		for _, one := range texts {
			if one.chinese == "" || one.english == "" || one.line < 2 {
				t.Fatalf("accepted %+v", one)
			}
		}
	})
}

func FuzzReadModalityLabels(f *testing.F) {
	f.Add([]byte(strings.Join(modalityColumns.Required, ",") + "\nv,1,1,,,,test,p,1,f,True,True,1,1,1\n"))
	f.Add([]byte("video_id\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := readModalityLabels("f", data, unit)
		for _, m := range rows {
			if err == nil && !(math.Abs(m.label) <= 1 && math.Abs(m.t) <= 1 && math.Abs(m.a) <= 1 && math.Abs(m.v) <= 1) {
				t.Fatalf("accepted %+v", m)
			}
		}
	})
}
