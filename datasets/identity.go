package datasets

import (
	"fmt"
	"regexp"
	"strings"
)

// SplitID splits the id of a clip into video and clip. Two spellings are read:
// "VIDEO_CLIP", split at the last underscore since names of videos contain "_"
// and "-" themselves, and the feature files' "VIDEO$_$CLIP". Both parts are
// strings: "0001" is not "1". An id without a separator, or with nothing before
// or after it, is an error.
func SplitID(id string) (video, clip string, err error) {
	at, width := strings.LastIndex(id, "$_$"), 3
	if at < 0 {
		at, width = strings.LastIndexByte(id, '_'), 1
	}
	if at <= 0 || at+width == len(id) {
		return "", "", fmt.Errorf("id: %q is not VIDEO_CLIP", id)
	}
	return id[:at], id[at+width:], nil
}

// joinID is the id of a clip, the inverse of [SplitID].
func joinID(video, clip string) string { return video + "_" + clip }

// clipPart matches an id of SIMS v2 whose clip was cut into parts: VIDEO_00011_1.
var clipPart = regexp.MustCompile(`^(.+)_([0-9]{5}_[0-9])$`)

// clipParts gives the parts of a cut clip of SIMS v2 the video they come from.
// Split at the last underscore, each cut clip would pass for a video of its own,
// and a statistic clustered by video would take its parts for independent of it:
// 152 videos instead of 145. [addModalityLabels] compares the outcome with the
// video_id that SIMS v2 itself gives.
func clipParts(l *loading) error {
	for i := range l.Samples {
		s := &l.Samples[i]
		if m := clipPart.FindStringSubmatch(s.ID); m != nil {
			s.Video, s.Clip = m[1], m[2]
		}
	}
	return nil
}
