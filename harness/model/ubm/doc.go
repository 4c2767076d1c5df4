// Package ubm is the uncertainty-aware baseline model: a small network that turns
// the features of a clip into probabilities of K ordered sentiment bins, and so
// into a score and an uncertainty. It is trained here, in Go, from a seed.
//
// Most readers want [Train], which fits a [Model] to [Data] as a [Config] says,
// and [Model.Answers], which writes one prediction for each clip. [Model.ONNX]
// puts the whole model, with standardisation, temperature and provenance, into
// one ONNX file; [Card] is the page that goes with it.
//
// # The network
//
// Each modality m (text, audio, vision; any subset) has one vector a clip, x_m,
// standardised by the training clips. With a_m the share of a modality,
//
//	h_m    = dropout(relu(x_m W_m + b_m))
//	early  : z = [h_1 … h_M] V + c                     the projections side by side
//	late   : z = mean over m of (h_m V_m + c_m)         every modality votes
//	gated  : z = (sum over m of a_m h_m) V + c,         a = softmax over m of (h_m g_m + d_m)
//
// Dropping a modality in training takes it out of the sum; what is left is scaled
// to the same whole. At least one modality is always left.
//
// The outputs z become log-probabilities of the K bins in one of two ways.
// "cross-entropy" has K outputs and a softmax. "corn" has K−1, the log-odds that
// the label lies above bin k given that it does not lie below (Shi, Cao and
// Raschka, Deep Neural Networks for Rank-Consistent Ordinal Regression Based on
// Conditional Probabilities, 2021). Both minimise −Σ t_k ln p_k over a target t,
// to which |Σ p_k c_k − y| may be added with a weight.
//
// Train clips that another dataset lends have an offset of z of their own, which is
// learnt and then of no use: corpora may speak alike and yet differ in how often each
// grade occurs.
//
// # Models of frames
//
// A config with streams makes a model of frames: the network is that of package sequence,
// which reads sequences of vectors, and clips may lack modalities. Its parts are the
// Frames of a [Part]; targets, losses, members, temperatures, answers and files are as
// above. The loss "absolute-error" makes it a regression, which has a score and no
// probabilities. Package robust asks what missing and noisy modalities cost it.
//
// # What it is not
//
// It encodes no text and reads no dataset: matrices come in, and harness/model/ubm/trained
// makes them. What the paper about U-ACS leaves open is a key of Config, listed
// under its hypotheses; nothing here is the paper's own network.
//
// # Determinism
//
// The same config and data give the same bits on one architecture, whatever the
// number of processors: members draw from PCG streams of their own seed and are
// kept by index. Between architectures the last bits may differ, as fused
// multiply-adds do.
package ubm
