// Package chat asks a multimodal language model about clips, through any server
// that speaks the chat completions format of OpenAI: vLLM, SGLang, Ollama, or a
// hosted one. What comes back is a sample.Prediction for every clip, with the
// answer, its token probabilities where the server gives them, and what it cost;
// an answer that cannot be used is a record too, which says why.
//
// Most readers want [LoadEndpoint] and [LoadPrompt], which read a server's and a
// prompt's configuration, and [NewRunner], whose [Runner.Run] asks a list of
// [Request] and hands over each answer as it arrives.
//
// # What a run promises
//
//  1. A request that a [Lookup] knows is not asked.
//  2. An answer that arrived is handed over before Run returns, also when the run
//     is cancelled or stops for a fault: it has been paid for.
//  3. At most Limits.Concurrency requests are under way; no more than that many
//     clips' media are in memory.
//  4. Transient faults are tried again, at times set by the server (Retry-After)
//     or by full jitter from a seed. Faults that every further request would meet
//     too (a wrong key, an unknown model) stop the run. [Faults] is the table.
//  5. The API key is in no error, record or log line.
//
// The package parses no answers (package answer does), keeps none (package cache
// does) and decides nothing about clips. It is the only one that imports the
// client library. Package chattest has a server for tests.
package chat
