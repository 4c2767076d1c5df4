// Package metric scores answers against sentiment labels, by the rules that
// published code uses.
//
// There is no metric without a profile. The same answers get a two-class
// accuracy that differs by ten points with the rule for zero, so every number
// belongs to one named rule set:
//
//   - mmsa: thuiar/MMSA, with its own rules for the [-3,3] labels of MOSI and
//     MOSEI and for the [-1,1] labels of SIMS;
//   - mai-lab: TmacMai/Multimodal-Information-Bottleneck, the code of the group
//     behind U-ACS;
//   - mult: yaohungt/Multimodal-Transformer;
//   - polarity: for models that answer with a word and no number.
//
// [Profiles] lists them with the definition of each metric. Most readers want
// [Evaluate], all metrics of a profile, and [Correct], the per-clip vector whose
// mean is the profile's headline accuracy; cascades and bootstraps add it up.
// [AUROC] and [Summarise], the mean over seeds, stand beside them.
//
// Numbers are fractions, not percentages, and are not rounded; [Printed] rounds
// as MMSA prints. A metric that cannot be computed is NaN with a reason, never a
// made-up number, and caveats travel in the result as warnings.
//
// The package knows nothing of files, models or routing, and does not quantify
// the error of its numbers: that is harness/infer.
package metric
