package policy

import (
	"uacs/harness/ablation"
	"uacs/harness/experiment"
)

// Load opens the first pair of the plan of that name, configs/ablations/NAME.yaml,
// in the project that the current folder belongs to.
func Load(plan string) (*Panel, error) {
	p, err := experiment.OpenProject()
	if err != nil {
		return nil, err
	}
	loaded, err := ablation.LoadPlan(p.Root, "configs/ablations/"+plan+".yaml")
	if err != nil {
		return nil, err
	}
	return Open(loaded, 0, p.Predictors, p.Data)
}

// OfExperiment opens the two models of the experiment of that name, with every
// registered measure and fusion to choose from: the first pair of
// [ablation.OfExperiment], with the experiment's own replicates, since what is
// recommended is few.
func OfExperiment(name string) (*Panel, error) {
	p, err := experiment.OpenProject()
	if err != nil {
		return nil, err
	}
	c, err := p.Config(name)
	if err != nil {
		return nil, err
	}
	plan := ablation.OfExperiment(c)
	plan.Replicates = c.Replicates
	return Open(plan, 0, p.Predictors, p.Data)
}
