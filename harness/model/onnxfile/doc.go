// Package onnxfile writes, reads and weighs ONNX model files in pure Go. It
// knows the file format and the meaning of the usual operators' shapes; it does
// not run a model, which is the job of package onnx.
//
// Most readers want [Model.Encode], which turns a [Model] into the bytes of a
// .onnx file, the same bytes each time, and [Count], which says how many
// parameters a model has and how many floating-point operations one run takes.
//
// The format is that of onnx.proto3, IR version 8, operator set 17 unless a
// model says otherwise. Graphs within attributes (If, Loop, Scan) are kept as
// bytes and not looked into. Tensors whose data lies in another file, sparse
// tensors, functions and string tensors are refused by name.
package onnxfile
