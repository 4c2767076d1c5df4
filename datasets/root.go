package datasets

// ProjectRoot returns start or the first folder above it that holds this project's
// go.mod; start itself if there is none. "" is the current folder.
func ProjectRoot(start string) string { return projectRoot(start) }
