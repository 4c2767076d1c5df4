// Package chattest is a server for tests of what asks a language model: it speaks
// OpenAI's chat completions format on a loopback address, answers as a script says,
// and misbehaves as real servers do. It counts the answers that each call got, so
// that a test can tell when something was paid for twice.
//
// Most readers want [NewServer] with an [Answerer]; [Synthetic] answers for the
// SYNTHETIC tier, [Recorded] replays a body. The bodies under testdata were written
// by hand from knowledge of the servers whose names they bear; none was recorded, and
// none of those servers was run for them.
//
// [Clock] waits without taking time.
package chattest
