package main

// cli is the command line: a field per command, in the order of the help.
type cli struct {
	Reproduce   reproduceCmd   `cmd:"" help:"Make every table and figure."`
	Ablate      ablateCmd      `cmd:"" help:"Judge every cascade that a plan spans."`
	Compare     compareCmd     `cmd:"" help:"Compare two policies on the same clips."`
	Recommend   recommendCmd   `cmd:"" help:"Name the policy and threshold to deploy."`
	Sensitivity sensitivityCmd `cmd:"" help:"Say which of the paper's open choices the conclusion hangs on."`
	Verify      verifyCmd      `cmd:"" help:"Make everything anew and explain what differs from the record."`
	Report      reportCmd      `cmd:"" help:"Write the interactive report, and serve it on this machine."`
	Trace       traceCmd       `cmd:"" help:"Say where a figure, a table or a number came from."`
	Train       trainCmd       `cmd:"" help:"Train the small models."`
	Run         runCmd         `cmd:"" help:"Run a cascade live: the small model, then the large one on what it doubts."`
	Predict     predictCmd     `cmd:"" help:"Put a text, or the texts of a CSV file, through a live cascade."`
	Data        dataCmd        `cmd:"" help:"List, download, check and show datasets; read and check feature files."`
	Import      importCmd      `cmd:"" help:"Convert result files to predictions, one record for each clip."`
	Model       modelCmd       `cmd:"" help:"Fetch, show and check models."`
	Cache       cacheCmd       `cmd:"" help:"Count, share, merge and check cached answers."`
	Schema      schemaCmd      `cmd:"" help:"Print the JSON schema of a file format."`
	Nb          nbCmd          `cmd:"" help:"Run, check, clean and lint notebooks."`
	Kernel      kernelCmd      `cmd:"" help:"Install and serve the Jupyter kernel for Go."`
	Doctor      doctorCmd      `cmd:"" help:"Say what is installed, what is missing, and the fix for each."`
	Completion  completionCmd  `cmd:"" help:"Print the completion script of a shell."`
	Version     versionCmd     `cmd:"" help:"Print version, commit and library versions."`
}
