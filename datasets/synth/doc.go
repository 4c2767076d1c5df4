// Package synth generates a multimodal sentiment dataset whose truth is known:
// the Bayes-optimal answers of a small and a large model about every clip, and
// the deferral curve that a harness must measure on them, by enumeration and not
// by simulation. It is the SYNTHETIC tier: it tests the harness, and says
// nothing about people, films or language models.
//
// Most readers want [Generate], which draws a [Set] for a [Config], and
// [Enumerate], which computes the [Exact] values for the same config. [MOSI] and
// [SIMS] are the two configs of the tables. [ReadText] and [ReadCue] read off a
// clip all that it tells, which is what makes the posteriors exact.
//
// # The generative model
//
// All variables but the label's place within its grade, the wording of a text and
// the noise of the features are discrete. Config fields are in parentheses.
//
//  1. A video has two latents, drawn once and shared by its clips, in whatever
//     split they are: its mood m, -1, 0 or 1 (MoodShare), and whether its
//     recording is noisy (NoisyShare). They make clips of one video alike.
//  2. A clip has a grade g from -3 to 3. Given the mood, P(g|m) is proportional to
//     Prior[g] (1 + MoodTilt m sign(g)).
//  3. Its label is uniform over the labels of its grade (first table).
//  4. It is easy, medium or hard, given the recording (ClearDifficulty,
//     NoisyDifficulty).
//  5. A clip with g < 0 is sarcastic with probability Sarcasm: its words are
//     meant to sound like e = -g, those of all other clips like e = g.
//  6. Its text has a class of three parts. The construction is negated or contrast
//     with the probabilities of its difficulty (NegatedShare, ContrastShare), else
//     plain. The apparent grade a has P(a|e) proportional to r^|a-e|, where r is the
//     spread of its difficulty (TextSpread), and r + b(1-r) for negated and
//     contrast with their b (NegatedBlur, ContrastBlur). If a > 0, the text
//     carries a marker of sarcasm ("yeah right") with probability MarkerSarcastic
//     if the clip is sarcastic, else MarkerSincere. That makes 30 classes.
//  7. The words are drawn from a small grammar given the class alone (second
//     table). Every draw has an English and a Chinese rendering: Language chooses
//     Text, TextEN is always the English one. [ReadText] inverts both.
//  8. Voice and face each give a cue from -2 to 2, independent given grade and
//     difficulty and untouched by sarcasm: P(k|g) is proportional to r^|k-c|, where
//     c is -2, -1, -1, 0, 1, 1, 2 for g from -3 to 3 and r is the spread of the
//     modality (AudioSpread, VisionSpread). A third cue of the same form, the look
//     (LookSpread), is seen in the second round only.
//  9. The feature vectors are the centroids of the cues (audio 5, vision 20 numbers)
//     with bounded noise, so small that the nearest centroid is always the right
//     one: [ReadCue]. What is hard to learn from them is hard because of step 8.
//
// The labels of each grade; negative grades have them with the sign changed:
//
//	grade       0    1 (weak)   2 (clear)   3 (strong)
//	MOSI grid   0    0.2..0.8   1.0..1.8    2.0..3.0
//	SIMS grid   0    0.2, 0.4   0.6, 0.8    1.0
//
// The words of each class, A3 being an adjective of grade 3 such as brilliant;
// negative grades mirror it. A contrast is a clause of the opposite sign, but,
// and a plain clause of the grade:
//
//	            3                     2             1               0
//	plain       A3, very A2           A2, very A1   A1, kind of A2  a statement of fact
//	negated     not A-2 at all        not A-2       not A-3         neither A2 nor A-2
//	contrast    .. but plain 3        .. 2          .. 1            some of it was A2 and some of it was A-2
//
// # The answers
//
// Small is the posterior over the labels given the text class, Score its
// expectation. Large is that given text class, voice and face, but for
// what makes it imperfect, drawn independently of all else:
//
//   - with probability NaiveShare it is naive: it takes Sarcasm for 0;
//   - with probability GlanceShare it glances: the posterior given the face alone;
//   - with probability RefusalShare it refuses: a record with an Error, in the
//     second round as well;
//   - its label probabilities are raised to the power 1/LargeTemperature and
//     normalised.
//
// So the large model loses some clips that the small one has, and deferring all
// is not the best policy. Glancing leaves it calibrated, the other two do not.
// Large has also seven votes drawn from its own polarity probabilities. Second is
// the posterior given text, voice, face and look, without lapses (the
// temperature applies): truly more information, as a second inference should have.
//
// A SIMS-like set has labels by modality: LabelT is -1, -0.6, -0.2, 0, 0.2, 0.6,
// 1 by apparent grade, LabelA and LabelV are 0.4 times the cue. They are functions
// of what a clip shows.
//
// # What is exact
//
// The small model's posterior ignores the other clips of a video, as its user
// does, so every clip has the same distribution and the enumeration needs no
// video. Videos matter for the error of a measurement only; [Estimand] carries
// the variance between videos' latents, so that the standard error is known too,
// and a bootstrap by video can be held to it. The accuracies of [Exact] are ratios
// of expectations; a measured one is a ratio of counts, whose bias is of order
// 1/n. Not enumerated: votes, and policies that look at the large answer.
//
// With the default configs (seeds play no part):
//
//	             synth-mosi  synth-sims
//	small          0.785       0.792
//	large          0.848       0.854
//	best deferral  0.854       0.859   by distance to neutral
//	oracle         0.933       0.940
//	second round   0.917       0.918
package synth
