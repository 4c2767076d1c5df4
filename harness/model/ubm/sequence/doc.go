// Package sequence is the network of the small model that reads frames: sequences of
// vectors of text, audio and vision, of another length in each clip.
//
// A [Shape] says how it is built, [New] lays out its parameters, and a [Pass] computes
// outputs and gradients. Package ubm trains it and knows what the outputs mean; most
// readers want ubm.Train with a config that has streams.
//
// # The network
//
// A stream takes the frames of one modality, or of several side by side, frame by frame.
// Its steps, each of which may be left out but the pooling:
//
//	convolution  y_t = relu(Σ_k W_k x_{t+k−⌊(K−1)/2⌋} + b), frames beyond the ends being 0
//	transformer  a linear layer to the width, plus sin(t·f_j) in even columns and cos(t·f_j)
//	             in odd ones, f_j = 10000^(−2⌊j/2⌋/width); then layers (Vaswani et al. 2017) of
//	             attention of all frames of a clip to each other, softmax(QKᵀ/√d)V in each head,
//	             and of two dense layers with relu between; what goes into either is added to
//	             what comes out, and the sum normalised by mean and variance of its columns
//	LSTM         layers of Hochreiter and Schmidhuber's with a forget gate (Gers et al. 2000)
//	pooling      mean, max, std, last, attention, in the order given, side by side
//	hidden       dense layers with relu
//	linear       one dense layer without
//
// With the T true frames y_1 … y_T of a clip the poolings are
//
//	mean       Σ y_t / T
//	max        the greatest of each column
//	std        sqrt(Σ (y_t − mean)²/T + 1e-6), column by column
//	last       y_T
//	attention  Σ a_t y_t,  a = softmax over t of (q · y_t), q learnt
//
// The streams' vectors stand side by side, go through the dense layers of the head with
// relu, and a last dense layer makes the outputs.
//
// # Padding and what is absent
//
// Padding never enters: [Frames] holds the true frames alone, back to back. A modality of
// which a clip has no frame is absent; a stream without any modality is replaced by a
// vector that is learnt, 0 before training. In a stream of several modalities the columns
// of an absent one are 0, which is the mean of standardised features.
//
// # Determinism
//
// Sums run in one order: the same parameters, clips and draws give the same bits on one
// architecture, whatever the number of processors.
package sequence
