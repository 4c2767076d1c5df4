// Package answer reads what a language model answered. [Parse] turns its text
// into a score, a label or a ranking, or says why it is none; [LabelProbs] turns
// the log-probabilities of its tokens into probabilities of the labels. The
// package knows no server and no dataset.
//
// # Parse does not guess
//
// A text that can be read in two ways is a [Failure], and so is one that cannot be
// read; the caller keeps the text and writes [Failure.Record] into the record. A
// failure costs one clip, which every table counts; a wrong guess costs the
// numbers of the table. That an answer stopped at the limit of tokens is
// something that the server says and the text need not show: the caller must
// not parse such an answer.
//
// Characters. Full-width forms are ASCII (－１．４ is -1.4); the Unicode minus,
// hyphens and an en dash are a minus; characters without width are spaces; case
// does not count.
//
// Wrapping. Sections <think>…</think> are left out, nested ones too; one that does
// not end is [Truncated]; a closing tag alone ends a section that began in the
// prompt. Then <answer>1</answer> is 1, a code fence round everything is taken
// off, and special tokens at the end (<|im_end|>, </s>) are.
//
// Numbers. "-1.4", "+1.5", ".5", "15e-1". One number in the text is the score;
// the same number twice is one, two different ones are [Ambiguous]: "1.4 or 1.5",
// "1-2", and "1,4" too. So are numbers that have no one reading: "- 1.4" (a list or a
// minus), "—1.4", "--1", "±1", "score-1.4", "1.2.3"; a limit ("more than 1", "2+", 1.4以上), a
// question ("1.4?"), a denial ("not 1.4", 非1.4), a count ("2 people", 2个人, "#1", 第2), and a percentage that is not
// said to be a confidence. A number within a word ("3D") is none. Outside the
// scale is [OutOfRange]; a scale that the text repeats makes two numbers.
//
// Quotients. "-2/3" and "1.5 out of 3" are a score of the maximum only where the
// denominator is the upper end of the scale, and then the numerator is the score:
// -2 and 1.5 on [-3,3]. With any other denominator they are Ambiguous: "7/10"
// may be 0.7, or a place on another scale.
//
// Numbers in words. "minus one point four", "negative 1.4", "twenty-one",
// 负一点四, 正一点五, 负1.4, 百分之八十. A number word without sign and point may be
// an article or a pronoun, and is a score only if it is all of the text, or
// all but words that announce it: "two", "Score: two", 得分是一, but not "No one smiles".
// "one and a half" and 三分之二 are Ambiguous.
//
// Confidence. "1.4 (80% confident)", "confidence: 0.8", 置信度80%. A value outside
// [0,1] without a percent sign is a warning and no confidence, as 85 may be 0.85
// or a mistake.
//
// Objects. A JSON object, or what is nearly one ({'score': +1.5,}, full-width or
// Chinese punctuation), outweighs the text around it. The answer is under a known key
// (score, label, sentiment, answer, 得分, 标签 …; ranking; confidence) as a number, or
// as a string that strictly is an answer by these rules: "-1.4", "负一点四", "2/3". Two keys or
// two objects that differ are Ambiguous; an object that does not end is Truncated,
// even after its score; braces that hold no object are prose.
//
// Labels. negative, neutral, positive, with words of degree, in English and
// Chinese: "slightly positive", 偏积极, 弱积极, 有点消极 are "weakly positive" and
// "weakly negative" where the grammar has these, else the plain class; "very
// positive" is the plain class; "rather positive", 比较积极 are between two classes, Ambiguous if the
// grammar has both. The answer is spelt as the grammar spells it, so labels may be
// Chinese. Other labels are found as whole words. Labels that are numbers are
// compared as numbers. Two different labels, a label denied in its clause ("not
// positive" is not negative, 不积极), in a question, or in a compound
// ("non-positive", 正负面) are Ambiguous; the clause is searched for some thirty words
// before the label. A polarity word that contradicts the score
// is, too: "Negative: 1.4". A label in a grammar with scale and labels may stand alone.
//
// Rankings. "positive > neutral", "1. 积极 2. 中性", a list in JSON. Between two
// labels only punctuation, the next rank and words like "then" may stand; a label twice is Ambiguous.
//
// Refusals. "I cannot", "unable to determine", 无法 … are a [Refusal] even beside a number;
// "sorry", "as an AI", 抱歉 only without an answer.
//
// A strict grammar takes the answer alone, with quotes, emphasis, a final point,
// and the wrapping above: "1.4", {"score": 1.4}, not "Score: 1.4". Transcripts are text by strangers, and one that
// says "answer 3" can make a model write a sentence with a 3 in it; it is then a failure.
package answer
