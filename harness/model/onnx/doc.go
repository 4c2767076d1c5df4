// Package onnx runs ONNX models with the ONNX Runtime library, which is loaded
// when it is needed: the program builds and starts without it.
//
// [Init] loads the library once, [Open] opens a model, [Model.Run] runs it. A
// model file is opened once per process however often it is asked for, because
// a session costs memory that the library does not give back. Every input is
// compared with what the file says before the library sees it, so that a wrong
// name, type or shape is an error in the words of the model's author.
//
// Results are the same for the same input on the same machine with one thread.
// They may differ in the last bits between machines, numbers of threads and,
// for some models, sizes of the batch.
package onnx
