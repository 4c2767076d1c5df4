// Package cache keeps every answer that a model gave, so that no question is
// asked twice: answers cost money and hours, and most cannot be had again.
//
// A [Request] says what an answer depends on, its [Key] is the digest of that. A
// [Store] maps keys to entries. Most readers want [Ask], which looks up and asks
// only on a miss, and [Merge], which unites stores.
//
// Three stores pass one conformance test (package cachetest): [NewMemory] here,
// cache/sqlite for the processes of one machine, and the shards of cache/jsonl
// for one writer each on a shared file system. cache/jsonl also has the form in
// which caches are published. The package knows no model and no network.
//
// # One value per key
//
// All stores settle two entries of one key by [Resolve]: an answer replaces a
// failure, a failure never replaces an answer, of two failures the one with the
// smaller canonical bytes stays, and two different answers are a [*Conflict].
// So the order in which entries arrive never matters.
package cache
